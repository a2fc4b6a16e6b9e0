"""The page shows beside a field what the service finds wrong with its value."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.pages import Service, control, opened


def kind(name: str, feature: dict[str, Any]) -> str:
    return "label" if "enum" in feature or "const" in feature else str(feature["type"])


def one_of(service: Service, *kinds: str) -> str:
    """Return the first feature of one of the kinds, or skip the test."""
    for name, feature in service.features.items():
        if kind(name, feature) in kinds:
            return name
    pytest.skip(f"no feature of this model is a {' or '.join(kinds)}")


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
