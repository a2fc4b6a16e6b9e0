"""axe-core on each page that a project has: nobody is to be shut out by how one looks or works."""

from pathlib import Path
from typing import Literal

import pandas as pd
import pytest
from model_runtime.profiling.page import page as profile_page
from model_runtime.profiling.profile import About, profile
from playwright.sync_api import Browser, Page, expect

from tests.support.axe import violations
from tests.support.commands import run
from tests.support.pages import Service, answer, mattered, opened
from tests.support.projects import Trained
from tools.examples import ROOT

SIZES = (390, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def check(page: Page, what: str) -> None:
    """See that nothing is wrong in the colours of the day and of the night.

    Nothing moves for who asked for that, so no colour is measured on its way to another; what a
    page does on hearing of other colours, as that of the API, it has done two frames later.
    """
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate("new Promise((on) => requestAnimationFrame(() => requestAnimationFrame(on)))")
        assert page.evaluate("document.getAnimations().length") == 0, f"moving: {what}, {scheme}"
        assert violations(page) == [], f"{what}, {scheme}"


def test_the_web_page(page: Page, service: Service) -> None:
    for width in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        opened(page, service)
        check(page, f"idle, {width}")
        page.get_by_role("button", name="Predict", exact=True).click()
        answer(page)
        mattered(page)
        for summary in page.locator("summary:visible").all():
            summary.click()
        page.get_by_role("button", name="Fill in").click()
        page.get_by_role("button", name="Predict all").click()
        expect(page.locator("#scored .wrong")).to_be_visible()
        check(page, f"with a result, and all of it unfolded, {width}")
        # What fits no feature, in a list of labels, too.
        page.locator("#fields .field:visible").locator("input, select").first.evaluate(
            "(node) => { if (node.add) node.add(new Option('-7')); node.value = '-7'; }"
        )
        page.get_by_role("button", name="Predict", exact=True).click()
        expect(page.locator("[aria-invalid=true]")).to_be_focused()
        check(page, f"with an error, {width}")


def test_the_apis_page(page: Page, service: Service) -> None:
    if service.project.name != "titanic":
        pytest.skip("it is the same for every project")
    for width in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{service.url}/docs")
        expect(page.get_by_text("/api/predict/params")).to_be_visible()
        check(page, f"closed, {width}")
        page.get_by_text("/api/predict", exact=True).click()
        page.get_by_role("button", name="Execute").click()
        expect(page.locator(".live-responses-table")).to_be_visible()
        check(page, f"with an answer, {width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for tab in page.get_by_role("tab", name="Schema").all():
            tab.click()
        check(page, f"with schemas, {width}")


def test_the_load_tests_page(
    page: Page, service: Service, trained: Trained, tmp_path: Path
) -> None:
    if service.project.name != "titanic":
        pytest.skip("it is the same for every project")
    project = trained.lend("titanic", tmp_path)
    run("make", "load", f"URL={service.url}", "SECONDS=2", "USERS=2", cwd=project)
    for width in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto((project / "reports-load" / "load.html").as_uri())
        check(page, f"{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_of_the_data(browser: Browser, tmp_path: Path) -> None:
    frame = pd.read_csv(ROOT / "examples" / "titanic" / "data" / "titanic.csv")
    frame["text"] = [f"a text about number {k}, and more" for k in frame.index]
    frame["sailed"] = pd.date_range("1900-01-01", periods=len(frame)).strftime("%Y-%m-%d")
    frame["a_name_without_blanks_" * 4] = frame["fare"].map(lambda fare: f"{'label' * 9}{fare}")
    file = tmp_path / "profile.html"
    file.write_text(profile_page(profile(frame, About("x", "survived", "classification"))), "utf-8")
    page = browser.new_page()
    for width in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(file.as_uri())
        check(page, f"{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
