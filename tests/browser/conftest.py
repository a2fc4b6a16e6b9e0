"""The web page in a real browser, in front of a real service of each kind of project."""

from collections.abc import Iterator

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


@pytest.fixture(scope="module", params=["regression", *names()])
def service(
    request: pytest.FixtureRequest, browser: Browser, trained: Trained
) -> Iterator[Service]:
    """A service of each example, and of a regression, that tells what mattered."""
    project = trained(request.param)
    with served(project, **variables(project, SERVING__EXPLAIN="yes")) as url:
        yield Service(project, url)


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
