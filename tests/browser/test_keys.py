"""The web page in front of a service that asks for an API key."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from model_runtime.api_key import make_key
from playwright.sync_api import Browser, Page, expect

from tests.support.commands import variables
from tests.support.pages import answer, served
from tests.support.projects import Trained

from .conftest import PERMISSIONS

KEY, KNOWN = make_key("visitor", 1)
STORED = "Object.values({...localStorage, ...sessionStorage}).join()"


@pytest.fixture(scope="module", params=["predictions", "all"])
def locked(request: pytest.FixtureRequest, browser: Browser, trained: Trained) -> Iterator[str]:
    """A service that asks for a key: for predictions alone, or for its description, too."""
    project = trained("titanic")
    guard = ["predictions", "info", "docs"] if request.param == "all" else ["predictions"]
    settings = {"LINES": KNOWN.line, "GUARD": json.dumps(guard)}
    given = {f"SERVING__API_KEYS__{name}": value for name, value in settings.items()}
    with served(project, **variables(project, **given)) as url:
        yield url


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", permissions=PERMISSIONS)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def unlock(page: Page, key: str) -> None:
    page.get_by_role("textbox", name="API key").fill(key)
    page.get_by_role("button", name="Use it").click()


def predict(page: Page) -> None:
    page.get_by_role("button", name="Predict", exact=True).click()
    assert 0 <= answer(page)["died_proba"] <= 1


def test_a_visitor_gives_the_key_once_and_it_is_gone_with_the_page(
    visitor: Page, locked: str, tmp_path: Path
) -> None:
    visitor.goto(locked)
    visitor.screenshot(path=tmp_path / "key.png", full_page=True)
    unlock(visitor, "another")
    if visitor.locator("#form").is_visible():
        visitor.get_by_role("button", name="Predict", exact=True).click()
    expect(visitor.get_by_role("alert")).to_contain_text("The API key is not valid")
    unlock(visitor, KEY)
    expect(visitor.locator("#form")).to_be_visible()
    predict(visitor)
    assert KEY not in str(visitor.evaluate(STORED))
    assert KEY not in visitor.content()
    visitor.reload()
    expect(visitor.get_by_role("textbox", name="API key")).to_have_value("")


def test_a_preset_key_leaves_the_address_bar(visitor: Page, locked: str) -> None:
    asked: list[str] = []
    visitor.on("request", lambda request: asked.append(request.url))
    visitor.goto(f"{locked}/?service={locked}#key={KEY}")
    expect(visitor.locator("#form")).to_be_visible()
    predict(visitor)
    assert KEY not in visitor.url
    assert not [url for url in asked if KEY in urlsplit(url)._replace(fragment="").geturl()]


def test_the_curl_command_takes_the_key_from_the_environment(visitor: Page, locked: str) -> None:
    visitor.goto(f"{locked}/#key={KEY}")
    predict(visitor)
    command = str(visitor.locator("#curl").text_content())
    assert KEY not in command
    done = subprocess.run(
        ["bash", "-c", f"{command} --silent"],
        env=os.environ | {"API_KEY": KEY},
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout) == answer(visitor), done.stderr


def test_the_apis_page_asks_with_the_key_that_is_given_to_it(visitor: Page, locked: str) -> None:
    visitor.on("dialog", lambda dialog: dialog.accept(KEY))
    visitor.goto(f"{locked}/docs")
    visitor.get_by_role("button", name="Authorize").click()
    visitor.get_by_label("auth-bearer-value").fill(KEY)
    visitor.get_by_label("Apply credentials").first.click()
    visitor.get_by_role("button", name="Close").first.click()
    visitor.get_by_text("/api/predict", exact=True).click()
    with visitor.expect_response("**/api/predict") as response:
        visitor.get_by_role("button", name="Execute").click()
    assert response.value.status == 200
