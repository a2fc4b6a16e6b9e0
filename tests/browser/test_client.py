"""The web page, used as visitors do, for every kind of feature."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.support.pages import Seen, Service, answer, control, mattered, opened, unfold


def kind(name: str, feature: dict[str, Any]) -> str:
    return "label" if "enum" in feature or "const" in feature else str(feature["type"])


def one_of(service: Service, *kinds: str) -> str:
    """Return the first feature of one of the kinds, or skip the test."""
    for name, feature in service.features.items():
        if kind(name, feature) in kinds:
            return name
    pytest.skip(f"no feature of this model is a {' or '.join(kinds)}")


def test_the_form_is_made_from_the_services_own_description(page: Page, service: Service) -> None:
    opened(page, service)
    example, params = service.example, service.read("/api/predict/params")
    info = service.read("/api/info")["metadata"]
    question = re.match(r"[^.!?]+\?", info["description"])
    expect(page).to_have_title(info["title"])
    expect(page.locator("h1")).to_have_text(question[0] if question else info["title"])
    for name, feature in service.features.items():
        field = control(page, service, name)
        shown = json.dumps(example[name]) if isinstance(example[name], bool) else str(example[name])
        expect(field).to_have_value(shown)
        if params[name]:
            offered = page.locator(f"#{field.get_attribute('id')}-labels option")
            options = field.locator("option").or_(offered)
            found = options.evaluate_all("nodes => nodes.map((node) => node.value)")
            assert sorted(label for label in found if label) == sorted(params[name])
        for attribute, key in (("min", "minimum"), ("max", "maximum")):
            if key in feature and not feature.get("x-names"):
                assert float(str(field.get_attribute(attribute))) == feature[key]


def test_enter_predicts(page: Page, service: Service) -> None:
    opened(page, service)
    fields = page.locator("#fields input:visible")
    if not fields.count():
        pytest.skip("nothing is typed in this form; Enter opens a list")
    fields.first.press("Enter")
    assert answer(page) == service.predict(service.example)[1]


def test_the_answer_is_the_services_own(page: Page, service: Service, tmp_path: Path) -> None:
    opened(page, service)
    page.get_by_role("button", name="Predict", exact=True).click()
    expected: dict[str, float] = service.predict(service.example)[1]
    assert answer(page) == expected
    page.screenshot(path=tmp_path / "answer.png", full_page=True)
    if service.read("/api/info")["metadata"]["task"] == "regression":
        shown = page.locator("#number").inner_text().replace(",", "")
        assert float(shown) == pytest.approx(expected["prediction"], rel=1e-5)
        return
    bars = page.locator("#bars li")
    flags = bars.locator("span[title]").evaluate_all("nodes => nodes.map((node) => node.title)")
    assert flags == list(expected)
    for k, share in enumerate(expected.values()):
        track, bar = bars.nth(k).locator(".track"), bars.nth(k).locator("i")
        bar.evaluate("node => Promise.all(node.getAnimations().map((each) => each.finished))")
        widths = [
            each.evaluate("node => node.getBoundingClientRect().width") for each in (bar, track)
        ]
        assert widths[0] == pytest.approx(max(share * widths[1], 2), abs=1)
    first = max(expected, key=lambda flag: expected[flag])
    expect(page.locator("#bars .first span[title]")).to_have_attribute("title", first)


def test_the_answer_is_told_by_the_names_of_the_classes(page: Page, service: Service) -> None:
    if service.read("/api/info")["metadata"]["task"] == "regression":
        pytest.skip("a regression has no classes")
    opened(page, service)
    page.get_by_role("button", name="Predict", exact=True).click()
    answer(page)
    (expected,) = service.post("/api/proba_predictions", [service.example])
    schema = service.read("/openapi.json")["components"]["schemas"]["Probabilities"]
    names = [each["title"] for each in schema["properties"].values()]
    shares = expected["probabilities"]
    assert expected["class_names"] != names, "the example's classes have names for people"
    expect(page.locator("#bars span[title]")).to_have_text(names)
    expect(page.locator("#answer strong")).to_have_text(names[shares.index(max(shares))])


def test_what_mattered_is_told_after_the_answer(
    page: Page, service: Service, tmp_path: Path
) -> None:
    opened(page, service)
    page.get_by_role("button", name="Predict", exact=True).click()
    answer(page)
    told = mattered(page).all_text_contents()
    found = service.post("/api/explain", service.example)["contributions"]
    assert len(told) == len(found)
    words = ("more likely", "less likely", "higher", "lower", "no difference")
    for text, part in zip(told, found, strict=True):
        assert text.startswith(f"{service.title(part['feature'])}: ")
        (word,) = (word for word in words if text.endswith(word))
        assert word == "no difference" or (word in ("more likely", "higher")) is (
            part["contribution"] > 0
        )
    shown = page.locator("#mattered li:visible")
    assert 1 <= shown.count() <= 8
    page.screenshot(path=tmp_path / "mattered.png", full_page=True)
    page.emulate_media(media="print")
    expect(shown.first).to_be_visible()
    expect(page.locator("#mattered summary")).to_be_hidden()


def refused(page: Page, service: Service, name: str, value: Any) -> None:
    """Predict, and expect the service's own finding beside the field, which has the focus."""
    status, problem = service.predict({**service.example, name: value})
    assert status == 422
    page.get_by_role("button", name="Predict", exact=True).click()
    field = control(page, service, name)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    finding = page.locator(f"#{field.get_attribute('id')}-wrong")
    expect(finding).to_contain_text(problem["errors"][0]["reason"], ignore_case=True)
    described = str(field.get_attribute("aria-describedby")).split()
    assert described[0] == finding.get_attribute("id")
    expect(page.locator("#bars li")).to_have_count(0)


def test_a_number_out_of_bounds_is_told_beside_its_field(
    page: Page, service: Service, tmp_path: Path
) -> None:
    opened(page, service)
    bounded = {
        name: feature.get("minimum", feature.get("maximum", 0))
        + (-1 if "minimum" in feature else 1)
        for name, feature in service.features.items()
        if {"minimum", "maximum"} & set(feature) and not feature.get("x-names")
    }
    if not bounded:
        pytest.skip("no feature of this model has bounds")
    name, value = list(bounded.items())[-1]
    control(page, service, name).fill(f"{value:g}")
    refused(page, service, name, value)
    page.screenshot(path=tmp_path / "out-of-bounds.png", full_page=True)
    page.get_by_role("button", name="Reset").click()
    expect(control(page, service, name)).not_to_have_attribute("aria-invalid", "true")


def test_an_unknown_label_is_told_beside_its_field_with_the_nearest(
    page: Page, service: Service, tmp_path: Path
) -> None:
    opened(page, service)
    name = one_of(service, "label")
    field = control(page, service, name)
    label = service.read("/api/predict/params")[name][0]
    unknown = f"{label}x"
    if field.evaluate("node => node.tagName") == "SELECT":
        # A list offers no other labels than the service has, unless it is changed meanwhile.
        field.evaluate("(node, text) => node.add(new Option(text, text, true, true))", unknown)
    else:
        field.fill(unknown)
    refused(page, service, name, unknown)
    page.screenshot(path=tmp_path / "unknown-label.png", full_page=True)
    page.get_by_role("button", name=label, exact=True).click()
    expect(field).to_have_value(label)
    expect(field).to_be_focused()


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl: install it")
def test_the_copied_curl_command_gets_the_answer_that_is_shown(
    page: Page, service: Service
) -> None:
    opened(page, service)
    for select in page.locator("#fields select:visible").all():
        select.select_option(index=0)
    unfold(page, "with curl")
    page.get_by_role("button", name="Predict", exact=True).click()
    shown = answer(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#copied")).to_have_text("Copied.")
    command = str(page.evaluate("navigator.clipboard.readText()"))
    assert command == page.locator("#curl").text_content()
    done = subprocess.run(["bash", "-c", f"{command} --silent"], capture_output=True, text=True)
    assert json.loads(done.stdout) == shown, done.stderr


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


def test_all_of_it_works_by_keyboard(page: Page, service: Service) -> None:
    opened(page, service)
    wanted = {str(control(page, service, name).get_attribute("id")) for name in service.features}
    folds = page.locator("#fields summary").count()
    reached: list[str] = []
    while "predict" not in reached:
        assert len(reached) < len(wanted) + 10, f"Tab reached only {reached}"
        page.keyboard.press("Tab")
        if page.locator("#fields summary:focus").count():
            page.keyboard.press("Enter")
            folds -= 1
        reached.append(str(page.evaluate("document.activeElement.id")))
        outlined = "node => getComputedStyle(node.closest('.box') ?? node).outlineStyle"
        focused = page.locator(":focus")
        assert focused.evaluate(outlined) != "none", f"{reached[-1]} shows no focus"
    assert wanted <= set(reached)
    assert not folds
    page.keyboard.press("Space")
    assert answer(page) == service.predict(service.example)[1]
    expect(page.locator("#answer")).to_have_attribute("aria-live", "polite")


def test_a_narrow_screen_needs_no_scrolling_sideways(
    page: Page, service: Service, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    opened(page, service)
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) <= 320
    page.get_by_role("button", name="Predict", exact=True).click()
    answer(page)
    mattered(page)
    assert page.evaluate(wide) <= 320
    page.screenshot(path=tmp_path / "narrow.png", full_page=True)


@pytest.mark.parametrize("path", ["/", "/client/index.html"])
def test_the_page_asks_no_other_host_and_logs_no_error(
    page: Page, seen: Seen, service: Service, path: str
) -> None:
    opened(page, service, path)
    page.get_by_role("button", name="Predict", exact=True).click()
    answer(page)
    mattered(page)
    assert page.url == f"{service.url}/"
    assert seen.hosts == {urlsplit(service.url).netloc}
    assert seen.complaints == []


def test_the_apis_page_asks_no_other_host_and_logs_no_error(
    page: Page, seen: Seen, service: Service, tmp_path: Path
) -> None:
    opened(page, service)
    page.get_by_role("link", name="API documentation").click()
    expect(page.get_by_text("/api/predict/params")).to_be_visible()
    page.screenshot(path=tmp_path / "docs.png")
    assert seen.hosts == {urlsplit(service.url).netloc}
    assert seen.complaints == []
