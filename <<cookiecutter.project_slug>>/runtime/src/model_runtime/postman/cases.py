"""A request of the collection; and those that read what the service says of itself."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..bundle.read import Bundle
from ..contract.route import PredictionRoute
from ..settings import Serving
from .scripts import Lines, answered, answered_json, check, equals, own_request_id

Row = dict[str, Any]

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Case:
    """A request and the tests of its answer; with a body a POST, else a GET."""

    name: str
    path: str
    tests: Lines
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    has_key: bool = True


def posted(route: PredictionRoute, name: str, rows: Sequence[Row], tests: Lines) -> Case:
    """Return a case that asks a route about rows."""
    body = json.dumps(route.request.holding(rows), ensure_ascii=False, indent=2)
    return raw(route.path, name, body, tests)


def raw(path: str, name: str, body: str, tests: Lines) -> Case:
    """Return a case whose body is sent as it stands."""
    return Case(f"{path}: {name}", path, tests, body, JSON)


def readings(bundle: Bundle, serving: Serving) -> list[Case]:
    """Return a case for each route that is not a prediction."""
    pages = [*_docs()] * serving.docs + [_page("/")] * serving.client
    return [*_model(bundle), *_probes(), *pages]


def _model(bundle: Bundle) -> list[Case]:
    metadata, lookup = bundle.metadata, bundle.schema.lookup()
    params = {name: list(labels) if labels else 0 for name, labels in lookup.items()}
    about = metadata.model_dump(mode="json", include={"name", "version", "uuid", "engine", "task"})
    info = equals("answer.status", "alive", "alive")
    for name, value in about.items():
        info += equals(f"answer.metadata.{name}", value, f"{name}: {value}")
    same = equals("answer", params, "each feature's labels, or 0")
    return [
        _reading("/api/predict/params", [*answered_json(), *same]),
        _reading("/api/info", [*answered_json(), *info]),
    ]


def _probes() -> list[Case]:
    alive, ready = {"status": "alive"}, {"status": "ready"}
    said = {"/ping": alive | {"ping": "pong"}, "/livez": alive, "/readyz": ready}
    probes = [
        _reading(path, [*answered_json(), *equals("answer", words, " ".join(words.values()))])
        for path, words in said.items()
    ]
    own = Case(
        "/ping: with a request id",
        "/ping",
        [*answered_json(), *own_request_id("postman-1")],
        headers={"X-Request-ID": "postman-1"},
    )
    counted = check("the model is named", 'pm.expect(pm.response.text()).to.include("model_info");')
    return [*probes, own, _reading("/metrics", [*answered(200, "text/plain"), *counted])]


def _docs() -> list[Case]:
    return [
        _reading("/openapi.json", _described("3.1")),
        _reading("/swagger.json", _described("3.0")),
        *map(_page, ("/docs", "/api/docs")),
    ]


def _page(path: str) -> Case:
    page = check("a page", 'pm.expect(pm.response.text().toLowerCase()).to.include("<html");')
    return _reading(path, [*answered(200, "text/html"), *page])


def _described(version: str) -> Lines:
    of_version = f"pm.expect(answer.openapi).to.match(/^{version}[.]/);"
    return [*answered_json(), *check(f"OpenAPI {version}", of_version)]


def _reading(path: str, tests: Lines) -> Case:
    return Case(path, path, tests)
