"""The service that is put under load: where it is, and what it is asked."""

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import httpx

from ..bundle.read import read_bundle
from ..contract.row import request_model
from ..errors import ProjectError
from ..settings import Settings
from .rows import Json, draw_rows

_REQUESTS = 500
"""Requests that are drawn; the users send them over and over, each beginning at another."""

_MOST_BYTES = 32 * 1024 * 1024
"""Of all of them together, for they are kept."""


@dataclass(frozen=True)
class Target:
    """A service, and requests to it byte for byte."""

    url: str
    route: str
    model: str
    requests: list[bytes]

    @property
    def address(self) -> tuple[str, int]:
        """Its host and port."""
        found = httpx.URL(self.url)
        return found.host, found.port or (443 if found.scheme == "https" else 80)

    def about(self) -> dict[str, str]:
        """Return it as a report has it."""
        return {"service": self.url, "route": self.route, "model": self.model}

    @property
    def tls(self) -> ssl.SSLContext | None:
        """The means to speak to it by https; none for http."""
        return ssl.create_default_context() if self.url.startswith("https://") else None


def find_target(url: str, key: str, rows: int, settings: Settings, seed: int) -> Target:
    """Ask a service what it takes, draw requests, and ask it the first one.

    A service that doesn't describe itself, because its pages are switched off, is taken to serve
    the bundle that is here.

    Args:
        url: Its address, with the prefix of its paths if there is one.
        key: The API key that it asks for; empty for none.
        rows: The number of rows in a request: one goes to /api/predict, more to /api/predictions.
        settings: Where the bundle is.
        seed: Of the requests.

    Raises:
        ProjectError: It is no service that is ready, or refuses such a request.
    """
    url, route = url.rstrip("/"), "/api/predict" if rows == 1 else "/api/predictions"
    headers = {"Content-Type": "application/json"}
    headers |= {"Authorization": f"Bearer {key}"} if key else {}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=30) as client:
            client.get("/readyz").raise_for_status()
            described = client.get("/openapi.json")
            schema = _schema(described.json()) if described.is_success else _own_schema(settings)
            bodies = list(_bodies(draw_rows(schema, seed), rows))
            answer = client.post(route, content=bodies[0])
    except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError) as error:
        raise ProjectError(f"{url} is no service that is ready ({error!r}).") from error
    if not answer.is_success:
        found = f"{answer.status_code}: {answer.text[:500]}"
        raise ProjectError(f"{url}{route} answers the first request with {found}")
    version = answer.headers.get("x-model-version", "unknown")
    return Target(url, route, f"version {version}", [_written(answer.request, b) for b in bodies])


def _schema(described: Json) -> Json:
    """Return the JSON Schema of a row, of OpenAPI's document."""
    found: Json = described["components"]["schemas"]["Features"]
    return found


def _own_schema(settings: Settings) -> Json:
    return request_model(read_bundle(settings.paths.bundle).schema).model_json_schema()


def _bodies(drawn: Iterator[Json], rows: int) -> Iterator[bytes]:
    """Yield the bodies of requests, each other than all before."""
    left = _MOST_BYTES
    for _ in range(_REQUESTS):
        asked: Any = list(islice(drawn, rows))
        body = json.dumps(asked[0] if rows == 1 else asked, ensure_ascii=False).encode()
        yield body
        left -= len(body)
        if left < 0:
            return


def _written(first: httpx.Request, body: bytes) -> bytes:
    """Return a request as it goes over the wire, like the first one, which was answered."""
    own = {"Host", "Content-Type", "Authorization"}
    headers = [f"{name}: {first.headers[name]}" for name in sorted(own) if name in first.headers]
    line = f"POST {first.url.raw_path.decode()} HTTP/1.1"
    head = [line, *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(head).encode() + body
