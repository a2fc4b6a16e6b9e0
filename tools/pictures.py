"""Pictures of each page that a project has, on a phone and on a desk, for docs/pages.md.

make pictures
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tools.chromium import ABSENT, PROGRAM, launched
from tools.demo import free_port, make, wait_until_ready
from tools.examples import ROOT, bake, fetching, make_example

WIDTHS = (390, 1280)
HIGHEST = 2600
"""Pixels of a picture."""

ROWS = """Pclass,Age,SibSp,Parch,Fare,Gender,Port
1,29,0,0,211.34,female,Southampton
3,22,1,0,7.25,male,Southampton
2,,0,2,26,female,Cherbourg
"""


Scheme = Literal["light", "dark"]
Taken = Callable[[Page], object]
Pages = Iterator[tuple[str, Scheme, Taken]]
"""A picture's name, the system's colours, and what to do on the page before it is taken."""


def main() -> int:
    """Make, train and serve three projects, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "build", help="of the projects")
    parser.add_argument("--pictures", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    if not PROGRAM:
        sys.exit(ABSENT)
    titanic = make_example("titanic", options.output)
    projects: list[tuple[Path, Callable[[Path, str], Pages], dict[str, str]]] = [
        (titanic, _titanic, {}),
        (titanic, _mattered, {"TITANIC_SERVING__EXPLAIN": "true"}),
        (make_example("batcomputer", options.output), _batcomputer, {}),
        (bake(_PROGRESSION, options.output), _regression, {}),
    ]
    for project in dict.fromkeys(project for project, *_ in projects):
        make(project, "setup", *fetching(project))
        make(project, "train")
    with sync_playwright() as playwright:
        browser = launched(playwright)
        for project, pages, environment in projects:
            with _served(project, environment) as url:
                for name, scheme, take in pages(project, url):
                    _pictures(browser, options.pictures / name, scheme, take)
        browser.close()
    return 0


_PROGRESSION = {
    "project_name": "Diabetes",
    "description": "How will the disease go on? Asked of patients' measurements.",
    "task": "regression",
}


def _titanic(project: Path, url: str) -> Pages:
    yield "client", "light", lambda page: _predicted(page, url)
    yield "client-dark", "dark", lambda page: _predicted(page, url)
    yield "client-error", "light", lambda page: _refused(page, url)
    yield "client-table", "light", lambda page: _table(page, url)
    yield "api", "light", lambda page: _api(page, url)
    make(project, "load", f"URL={url}", "SECONDS=10", "USERS=4")
    report = (project / "reports-load" / "load.html").as_uri()
    yield "load", "light", lambda page: page.goto(report)
    make(project, "profile")
    profile = (project / "reports-profile" / "profile.html").as_uri()
    yield "profile", "light", lambda page: page.goto(profile)


def _mattered(project: Path, url: str) -> Pages:
    yield "client-mattered", "light", lambda page: _explained(page, url)


def _batcomputer(project: Path, url: str) -> Pages:
    yield "batcomputer", "light", lambda page: _predicted(page, url)


def _regression(project: Path, url: str) -> Pages:
    yield "client-regression", "light", lambda page: _predicted(page, url)


def _form(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("#form:visible")


def _predicted(page: Page, url: str) -> None:
    _form(page, url)
    page.click("#predict")
    page.wait_for_selector("#when")


def _explained(page: Page, url: str) -> None:
    _form(page, url)
    page.get_by_label("Class of the ticket").select_option(label="Third")
    page.get_by_label("Gender").select_option(label="Male")
    page.get_by_label("Siblings and spouses").fill("1")
    page.get_by_label("Price of the ticket").fill("70")
    page.click("#predict")
    page.wait_for_selector("#mattered li")


def _refused(page: Page, url: str) -> None:
    _form(page, url)
    page.get_by_label("Age").fill("333")
    page.click("#predict")
    page.wait_for_selector("[aria-invalid=true]")


def _table(page: Page, url: str) -> None:
    _form(page, url)
    page.click("#many summary")
    page.fill("#csv", ROWS)
    page.click("#score")
    page.wait_for_selector("#scored table")


def _api(page: Page, url: str) -> None:
    page.goto(f"{url}/docs")
    page.get_by_text("/api/predict", exact=True).click()
    page.get_by_role("button", name="Execute").click()
    page.wait_for_selector(".live-responses-table")


def _pictures(browser: Browser, file: Path, scheme: Scheme, take: Taken) -> None:
    for width in WIDTHS:
        page = browser.new_page(
            viewport={"width": width, "height": 800},
            locale="en-GB",
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        take(page)
        page.evaluate("scrollTo(0, 0)")
        picture = Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")
        picture = picture.crop((0, 0, picture.width, min(picture.height, HIGHEST)))
        # A page has few colours: a palette of them is a third of the size.
        picture.quantize(128).save(f"{file}-{width}.png", optimize=True)
        page.close()


@contextmanager
def _served(project: Path, environment: dict[str, str]) -> Iterator[str]:
    port = free_port(8000)
    program = next((project / ".venv" / "bin").glob(f"{project.name}*"))
    command: list[str | Path] = [program, "serve", "--port", str(port)]
    service = subprocess.Popen(command, cwd=project, env=os.environ | environment)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", service)
        yield f"http://127.0.0.1:{port}"
    finally:
        service.terminate()
        service.wait()


if __name__ == "__main__":
    sys.exit(main())
