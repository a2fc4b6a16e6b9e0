"""The web page's form and its answer, used as visitors do, for every kind of feature."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support.pages import Seen, Service, answer, control, mattered, opened, unfold


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
