"""The web page in a real browser, in front of a real service of each kind of project."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.commands import variables
from tests.support.pages import Seen, Service, served
from tests.support.projects import Trained
from tools.chromium import ABSENT, PROGRAM, launched
from tools.examples import names

PERMISSIONS = ["clipboard-read", "clipboard-write"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not PROGRAM:
        pytest.skip(ABSENT)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def services(trained: Trained) -> Iterator[Callable[[str], Service]]:
    """Services that tell what mattered, each started when a test first asks for its project's."""
    with ExitStack() as running:

        @cache
        def started(kind: str) -> Service:
            project = trained(kind)
            setting = variables(project, SERVING__EXPLAIN="yes")
            return Service(project, running.enter_context(served(project, **setting)))

        yield started


@pytest.fixture(scope="module", params=["regression", *names()])
def service(
    request: pytest.FixtureRequest, browser: Browser, services: Callable[[str], Service]
) -> Service:
    """A service of each example, and of a regression."""
    return services(request.param)


@pytest.fixture
def page(browser: Browser, service: Service) -> Iterator[Page]:
    """The service's page, opened with nothing remembered."""
    context = browser.new_context(locale="en-GB", permissions=PERMISSIONS)
    context.set_default_timeout(15_000)
    page = context.new_page()
    yield page
    context.close()


@pytest.fixture
def seen(page: Page) -> Seen:
    """The page's activity, from its first request."""
    seen = Seen()
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            seen.complaints.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    return seen
