"""The form filled in from JSON, and tables of CSV answered, on the web page."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.support.pages import Service, answer, control, opened, unfold


def test_the_form_is_filled_in_from_json(page: Page, service: Service) -> None:
    opened(page, service)
    rows = [service.example, *other_rows(service)]
    unfold(page, "from JSON")
    listed = {name: ["a list"] for name in service.features}
    page.get_by_label("An object of values").fill(json.dumps(listed | misspelt(page, service)))
    page.get_by_role("button", name="Fill in").click()
    for name in service.features:
        expect(page.locator("#json-wrong")).to_contain_text(f"“{name}” is left empty: “")
        expect(control(page, service, name)).to_have_value("")
    page.get_by_label("An object of values").fill(json.dumps(rows[-1] | {"unheard-of": 1}))
    page.get_by_role("button", name="Fill in").click()
    expect(page.locator("#json-wrong")).to_contain_text("The model knows no “unheard-of”")
    page.get_by_role("button", name="Predict", exact=True).click()
    assert answer(page) == service.predict(rows[-1])[1]
    page.get_by_label("An object of values").fill("{")
    page.get_by_role("button", name="Fill in").click()
    expect(page.locator("#json-wrong")).to_contain_text("This is no JSON")


def misspelt(page: Page, service: Service) -> dict[str, str]:
    """Return a value of no meaning for each feature whose control keeps none."""
    kept = "node => node.tagName === 'TEXTAREA' || node.type === 'text'"
    names = service.features
    return {name: "12 a" for name in names if not control(page, service, name).evaluate(kept)}


def other_rows(service: Service) -> list[dict[str, Any]]:
    """Return rows that fit, each with one other value than the example."""
    params, example = service.read("/api/predict/params"), service.example
    numbers = {
        name: feature["minimum"]
        for name, feature in service.features.items()
        if "minimum" in feature
    }
    values = {name: labels[0] for name, labels in params.items() if labels} | numbers
    return [example | {name: value} for name, value in values.items()]


@pytest.mark.parametrize("form", [(",", ".", "utf-8"), (";", ",", "cp1252")])
def test_a_table_is_answered_as_its_rows_are(
    page: Page, service: Service, tmp_path: Path, form: tuple[str, str, str]
) -> None:
    opened(page, service)
    rows = other_rows(service)
    unfold(page, "from CSV")
    file = tmp_path / "rows.csv"
    separator, decimal, encoding = form
    pd.DataFrame(rows).assign(more='ä, "b"').to_csv(
        file, index=False, sep=separator, decimal=decimal, encoding=encoding
    )
    page.get_by_label("Open a CSV file").set_input_files(file)
    page.get_by_role("button", name="Predict all").click()
    expect(page.locator("#scored")).to_contain_text(
        "Ignored, for the model knows no such columns: more"
    )
    expect(page.locator("#scored tbody tr")).to_have_count(min(len(rows), 10))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all as CSV").click()
    found = pd.read_csv(download.value.path())
    answers = pd.DataFrame([service.predict(row)[1] for row in rows])
    assert np.allclose(found[list(answers)], answers, rtol=0, atol=1e-6)
    assert list(found["more"]) == ['ä, "b"'] * len(rows)


def test_what_is_wrong_in_a_table_is_told_with_its_row(page: Page, service: Service) -> None:
    opened(page, service)
    unfold(page, "from CSV")
    name = next(iter(service.features))
    count = len(service.example)
    names = ",".join(service.example)
    values = ",".join(f'"{value}"' for value in service.example.values())
    unheard_of = ",".join(["unheard-of"] * count)
    page.get_by_label("Rows", exact=True).fill(f"{names}\n{values}\n{unheard_of}\n")
    page.get_by_role("button", name="Predict all").click()
    expect(page.locator("#scored .wrong li").first).to_contain_text(f"Row 2, {name}")
    page.get_by_label("Rows", exact=True).fill(f'{names}\n{values}\n{values},1\n"')
    page.get_by_role("button", name="Predict all").click()
    told = page.locator("#scored .wrong")
    expect(told).to_contain_text("2 rows have to be corrected")
    expect(told).to_contain_text(f"Row 2 has {count + 1} fields, and the header has {count}")
    expect(told).to_contain_text("Row 3 has a quote")
    page.get_by_label("Rows", exact=True).fill("not a table")
    page.get_by_role("button", name="Predict all").click()
    expect(page.locator("#scored .wrong")).to_contain_text("names of the columns")
