"""The documentation site: built strictly, whole, readable on a phone, nothing from elsewhere."""

import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.pages import Seen
from tools.examples import ROOT
from tools.site.__main__ import CONFIGURATION, build

ZENSICAL = Path(sys.executable).with_name("zensical")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the site and its pages were built in."""
    return build(tmp_path_factory.mktemp("site"), "https://git.example.org/template").parent


@pytest.fixture(scope="module")
def address(built: Path) -> Iterator[str]:
    handler = partial(_Quiet, directory=str(built / "site"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of each request."""


def listed(entries: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the pages in a navigation."""
    for entry in entries:
        for found in entry.values():
            yield from [found] if isinstance(found, str) else listed(found)


def test_each_page_has_its_place_in_the_navigation(built: Path) -> None:
    configuration = tomllib.loads((ROOT / CONFIGURATION).read_text("utf-8"))
    there = {file.relative_to(built / "pages").as_posix() for file in built.rglob("*.md")}
    assert sorted(listed(configuration["project"]["nav"])) == sorted(there)


def test_the_manual_is_the_projects_own(built: Path) -> None:
    own = {file.name for file in (ROOT / "runtime" / "docs").glob("*.md")}
    assert {file.name for file in (built / "pages" / "manual").glob("*.md")} == own


def test_a_link_to_a_source_leads_to_the_repository(built: Path) -> None:
    page = (built / "site" / "benchmarks" / "index.html").read_text("utf-8")
    assert "https://git.example.org/template/blob/HEAD/benchmarks/serving/servers.toml" in page


def test_links_that_lead_nowhere_fail_the_build(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built / "pages", tmp_path / "pages")
    shutil.copy(built / CONFIGURATION, tmp_path)
    with (tmp_path / "pages" / "tutorial.md").open("a", encoding="utf-8") as page:
        page.write("\n[page](nowhere.md) [heading](upgrading.md#nowhere)\n")
    command = [str(ZENSICAL), "build", "--strict"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0
    assert "page does not exist" in done.stdout + done.stderr
    assert "anchor does not exist" in done.stdout + done.stderr


def test_no_page_names_another_host_for_what_it_shows(built: Path) -> None:
    for file in (built / "site").rglob("*.html"):
        text = file.read_text("utf-8")
        assert not re.findall(r"<(?:script|img|iframe)[^>]* src=\"?(?:https?:)?//[^\"> ]+", text)
        assert not re.findall(r"<link[^>]* href=\"?(?:https?:)?//[^\"> ]+", text)


OPENED = ("", "tutorial", "manual/use-case", "reference/settings", "scale", "design", "changelog")
"""A page of each kind, and those with the widest tables."""


def test_pages_fit_a_phone_and_load_nothing_from_other_hosts(
    address: str, browser: Browser
) -> None:
    seen = Seen()
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    for name in OPENED:
        page.goto(f"{address}/{name}/")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    page.close()
    assert seen.requests and not [url for url in seen.requests if not url.startswith(address)]
    assert not seen.complaints
