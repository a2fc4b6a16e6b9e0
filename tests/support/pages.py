"""The web page of a service: what a visitor does on it, and the service behind it."""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from .services import free_port, get, serving


@dataclass(frozen=True)
class Service:
    """A running service, and what it says of itself."""

    project: Path
    url: str

    def read(self, path: str) -> Any:
        status, text = get(f"{self.url}{path}")
        assert status == 200, text
        return json.loads(text)

    def post(self, path: str, body: Any) -> Any:
        status, text = get(f"{self.url}{path}", json.dumps(body))
        assert status == 200, text
        return json.loads(text)

    def predict(self, row: dict[str, Any]) -> tuple[int, Any]:
        status, text = get(f"{self.url}/api/predict", json.dumps(row))
        return status, json.loads(text)

    @property
    def features(self) -> dict[str, Any]:
        """Each feature's JSON Schema, with what an optional one may be beside null."""
        schema = self.read("/openapi.json")["components"]["schemas"]["Features"]["properties"]
        params = self.read("/api/predict/params")
        kinds = {name: schema[name].get("anyOf", [{}])[0] for name in params}
        return {name: schema[name] | kinds[name] for name in params}

    def title(self, name: str) -> str:
        """Return a feature's name for people."""
        schema = self.read("/openapi.json")["components"]["schemas"]["Features"]["properties"]
        return str(schema[name]["title"])

    @property
    def example(self) -> dict[str, Any]:
        schema = self.read("/openapi.json")["components"]["schemas"]["Features"]
        example: dict[str, Any] = schema["examples"][0]
        return example


@dataclass
class Seen:
    """The requests of a page, and its errors."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def hosts(self) -> set[str]:
        addresses = [urlsplit(request) for request in self.requests]
        return {each.netloc for each in addresses if each.scheme not in ("data", "blob", "about")}


def served(project: Path, **environment: str) -> AbstractContextManager[str]:
    """Serve a project as its user does."""
    port = free_port()
    command = ["make", "serve", f"PORT={port}"]
    return serving(*command, cwd=project, port=port, **environment)


def opened(page: Page, service: Service, path: str = "/") -> None:
    page.goto(f"{service.url}{path}")
    expect(page.locator("#form")).to_be_visible()


def control(page: Page, service: Service, name: str) -> Locator:
    """Return the input of a feature, which is named by its label."""
    return page.get_by_label(service.title(name), exact=True)


def unfold(page: Page, summary: str) -> None:
    """Open a part of the page that is folded."""
    page.locator("summary", has_text=summary).click()


def mattered(page: Page) -> Locator:
    """Return the list of what mattered for the answer, once it is shown."""
    expect(page.locator("#mattered [aria-busy]")).to_have_count(0)
    bars = page.locator("#mattered li")
    bars.first.wait_for(state="attached")
    return bars


def answer(page: Page) -> Any:
    """Return the answer as JSON, once it is shown."""
    shown = page.locator("#after pre")
    shown.wait_for(state="attached")
    return json.loads(shown.text_content() or "")
