"""The web page of a model with 340 features."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from tests.support.axe import violations
from tests.support.commands import run, variables
from tests.support.pages import Service, answer, mattered, opened, served, unfold
from tests.support.projects import Trained, quick
from tests.support.wide import COLUMNS, OPTIONAL, widen

HIGHEST = 4000
"""Pixels of the page on a phone; with all fields in sight it would have 16,928."""


@pytest.fixture(scope="module")
def wide(
    browser: Browser, trained: Trained, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    project = trained.lend("regression", tmp_path_factory.mktemp("wide"))
    widen(project)
    own = {"PYTHONPATH": str(project / "src")}  # else it is the lender's code that is imported
    run("make", "train", "FORCE=1", cwd=project, **own, **quick(project))
    with served(project, **own, **variables(project, SERVING__EXPLAIN="yes")) as url:
        yield Service(project, url)


@pytest.fixture
def phone(browser: Browser, wide: Service) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", viewport={"width": 390, "height": 800})
    context.set_default_timeout(15_000)
    page = context.new_page()
    opened(page, wide)
    yield page
    context.close()


def test_the_page_is_short_and_predicts(phone: Page, wide: Service, tmp_path: Path) -> None:
    assert phone.evaluate("document.documentElement.scrollHeight") < HIGHEST
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="Predict", exact=True).click()
    assert answer(phone) == wide.predict(wide.example)[1]
    expect(mattered(phone)).to_have_count(len(wide.features))
    assert phone.locator("#mattered li:visible").count() <= 8
    expect(phone.locator("summary", has_text="Optional")).to_contain_text(f"{OPTIONAL} fields")
    phone.screenshot(path=tmp_path / "wide.png", full_page=True)
    assert violations(phone) == []


def test_another_prediction_ends_the_explanation_before_it(phone: Page) -> None:
    phone.route("**/api/explain", lambda held: None)
    predict = phone.get_by_role("button", name="Predict", exact=True)
    predict.click()
    expect(phone.locator("#mattered")).to_contain_text("Comparing")
    with phone.expect_event("requestfailed") as ended:
        predict.click()
    assert ended.value.url.endswith("/api/explain")


def test_rows_that_are_too_large_together_are_asked_in_parts(phone: Page, wide: Service) -> None:
    rows = [wide.example | {"sensor_0": n % 100, "sensor_7": n // 100} for n in range(400)]
    assert len(json.dumps(rows)) > 2 * 2**20, "a request of more than the service takes"
    unfold(phone, "from CSV")
    content = pd.DataFrame(rows).to_csv(index=False).encode()
    file = FilePayload(name="rows.csv", mimeType="text/csv", buffer=content)
    phone.get_by_label("Open a CSV file").set_input_files(file)
    phone.get_by_role("button", name="Predict all").click()
    expect(phone.locator("#scored")).to_contain_text("The first 10 of 400 rows")
    with phone.expect_download() as download:
        phone.get_by_role("button", name="Download all as CSV").click()
    found = pd.read_csv(download.value.path())["prediction"]
    halves = [wide.post("/api/predictions", part) for part in (rows[:100], rows[300:])]
    wanted = [[row["prediction"] for row in half] for half in halves]
    assert [found[:100].tolist(), found[300:].tolist()] == wanted


def test_the_table_that_was_sent_last_is_answered(phone: Page, wide: Service) -> None:
    held: list[Route] = []
    unfold(phone, "from CSV")
    table, predict = (
        phone.get_by_label("Rows", exact=True),
        phone.get_by_role("button", name="Predict all"),
    )
    phone.route(
        "**/api/predictions",
        lambda route: route.continue_() if held else held.append(route),
    )
    table.fill(pd.DataFrame([wide.example]).to_csv(index=False))
    with phone.expect_request("**/api/predictions"):
        predict.click()
    table.fill(pd.DataFrame([wide.example] * 2).to_csv(index=False))
    predict.click()
    rows = phone.locator("#scored tbody tr")
    expect(rows).to_have_count(2)
    with phone.expect_response("**/api/predictions") as late:
        held[0].continue_()
    late.value.finished()
    phone.evaluate("fetch('api/info').then((found) => found.json())")  # and what comes after it
    assert rows.count() == 2


def test_a_field_is_found_by_a_part_of_its_name(phone: Page) -> None:
    field = phone.get_by_label("Sensor 321", exact=True)
    expect(field).to_be_hidden()
    phone.get_by_label("Find a field").fill("sor 321")
    expect(field).to_be_visible()
    expect(phone.locator("#found")).to_have_text(f"1 field of {COLUMNS + 2}")
    assert violations(phone) == []
    phone.get_by_label("Find a field").fill("")
    expect(field).to_be_hidden()
    expect(phone.get_by_label("Sensor 0", exact=True)).to_be_visible()


def test_a_field_that_is_folded_is_shown_where_its_value_is_wrong(phone: Page) -> None:
    unfold(phone, "Optional")
    field = phone.get_by_label("Sensor 337", exact=True)
    field.fill("101")
    unfold(phone, "Optional")
    expect(field).to_be_hidden()
    phone.get_by_role("button", name="Predict", exact=True).click()
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")


def test_one_of_many_labels_is_typed_and_the_nearest_is_offered(phone: Page) -> None:
    phone.get_by_label("Find a field").fill("town")
    field = phone.get_by_label("Town", exact=True)
    expect(field).to_have_attribute("list", re.compile("labels"))
    field.fill("Twon 59")
    phone.get_by_role("button", name="Predict", exact=True).click()
    expect(field).to_have_attribute("aria-invalid", "true")
    phone.get_by_role("button", name="Town 59", exact=True).click()
    expect(field).to_have_value("Town 59")
    expect(field).to_be_focused()


def test_a_date_has_its_bounds_in_words(phone: Page, wide: Service) -> None:
    phone.get_by_label("Find a field").fill("opened")
    field = phone.get_by_label("Opened", exact=True)
    expect(field).to_have_attribute("type", "date")
    expect(field).to_have_value(wide.example["opened"])
    hint = phone.locator(f"#{field.get_attribute('id')}-about")
    expect(hint).to_have_text("Between 1 Jan 2020 and 31 Dec 2026.")
