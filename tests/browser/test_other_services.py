"""The page of one service asks another, where that one allows it."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support.commands import variables
from tests.support.pages import Seen, Service, answer, opened, served


@dataclass(frozen=True)
class Other:
    """A host of pages, and a service that allows the pages of it and of the first service."""

    service: Service
    host: str
    folder: Path


@pytest.fixture(scope="module")
def other(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Other]:
    folder = tmp_path_factory.mktemp("host") / "client"
    shutil.copytree(service.project / "client", folder)
    with files_served(folder) as host:
        origins = json.dumps([service.url, host])
        setting = variables(service.project, SERVING__CORS_ORIGINS=origins)
        with served(service.project, **setting) as url:
            yield Other(Service(service.project, url), host, folder)


def connect(page: Page, url: str) -> None:
    page.get_by_text("Service address", exact=True).click()
    page.get_by_role("textbox", name="Service address").fill(url)
    page.get_by_role("button", name="Connect").click()


def test_another_service_that_allows_this_origin_can_be_asked(
    page: Page, seen: Seen, service: Service, other: Other
) -> None:
    url = other.service.url
    opened(page, service)
    connect(page, url)
    expect(page.locator("#curl")).to_contain_text(url)
    page.get_by_role("button", name="Predict", exact=True).click()
    assert answer(page) == service.predict(service.example)[1]
    assert f"{url}/api/predict" in seen.requests
    assert f"{url}/api/explain" not in seen.requests, "this one does not explain"
    expect(page.locator("#mattered")).to_be_empty()
    assert seen.complaints == []


def test_another_service_that_does_not_is_told_of_cors(
    page: Page, service: Service, other: Other, tmp_path: Path
) -> None:
    opened(page, other.service)
    connect(page, service.url)
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("CORS")
    own = re.escape(other.service.url)
    expect(notice).to_contain_text(re.compile(f"add .{own}. to serving.cors_origins"))
    expect(page.locator("#form")).to_be_hidden()
    page.screenshot(path=tmp_path / "cors.png")


def test_the_page_on_another_host_asks_the_service_that_its_script_is_from(
    page: Page, seen: Seen, other: Other
) -> None:
    url, index = other.service.url, other.folder / "index.html"
    text = index.read_text("utf-8").replace('"client/page/', f'"{url}/client/page/')
    index.write_text(text.replace('"client/theme', '"theme'), "utf-8")
    page.goto(other.host)
    page.get_by_role("button", name="Predict", exact=True).click()
    assert answer(page) == other.service.predict(other.service.example)[1]
    assert seen.hosts == {urlsplit(address).netloc for address in (other.host, url)}
    assert seen.complaints == []


@contextmanager
def files_served(folder: Path) -> Iterator[str]:
    """Serve a folder's files as any host of pages does."""
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
