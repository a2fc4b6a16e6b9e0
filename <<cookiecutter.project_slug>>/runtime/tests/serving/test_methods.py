"""Each method on each route: HEAD as GET, and those that a route does not have refused."""

import httpx
import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.testing.service import Service

from ..support.reloading import Served

PREDICTIONS = {"/api/predict", "/api/predictions", "/api/proba_predictions", "/score"}
PAGES = {"/", "/docs", "/api/docs", "/openapi.json", "/swagger.json", "/client/index.html"}
FILES = {"/client/theme.css", "/docs/assets/swagger-ui.css"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


@pytest.fixture(params=["ready", "unready"])
def any_service(request: pytest.FixtureRequest) -> Service:
    name = {"ready": "service", "unready": "unready"}[request.param]
    found: Service = request.getfixturevalue(name)
    return found


def routes(service: Service) -> dict[str, set[str]]:
    """Return each path and what it answers to, by the API's description and beside it."""
    described = service.openapi["paths"].items()
    found = {path: {method.upper() for method in methods} for path, methods in described}
    found |= {path: {"POST"} for path in PREDICTIONS & {*found, "/score"}}
    found |= {path: {"GET"} for path in PAGES | FILES | {"/api/predict/params"}}
    heads = {path: {"HEAD"} if "GET" in methods else set() for path, methods in found.items()}
    return {path: methods | heads[path] for path, methods in found.items()}


def heads_differ(service: Service) -> list[str]:
    """Return where HEAD answers otherwise than GET."""
    wrong = []
    for path in routes(service):
        got, head = service.client.get(path), service.client.head(path)
        # Both the answer's own time and what is counted go on between the two.
        varying = {"date", "x-request-id"} | ({"content-length"} if path == "/metrics" else set())
        first, second = (
            {name: value for name, value in each.headers.items() if name not in varying}
            for each in (got, head)
        )
        if (got.status_code, first) != (head.status_code, second) or head.content:
            wrong.append(f"{path}: {got.status_code} {first}, {head.status_code} {second}")
    return wrong


def test_head_answers_as_get_without_the_body(any_service: Service) -> None:
    assert heads_differ(any_service) == []


def test_head_answers_as_get_after_a_reload(admin: Served, bundles: list[Bundle]) -> None:
    admin.place.put(bundles[1])
    assert admin.reload().json()["outcome"] == "switched"
    assert admin.client.head("/readyz").status_code == 200
    assert heads_differ(admin) == []


def test_a_method_that_a_route_lacks_is_told_which_it_has(any_service: Service) -> None:
    for path, allowed in routes(any_service).items():
        for method in set(METHODS) - allowed:
            answer = any_service.client.request(method, path)
            assert answer.status_code == 405, f"{method} {path}: {answer.status_code}"
            assert answer.headers["allow"] == ", ".join(sorted(allowed)), f"{method} {path}"
            if method != "HEAD":
                assert problem(answer) == f"Method Not Allowed: {path}"


def problem(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["detail"])


def test_head_is_counted_as_such(service: Service) -> None:
    service.client.head("/ping")
    counted = 'http_requests_total{method="HEAD",route="/ping",status="200"}'
    assert counted in service.client.get("/metrics").text
