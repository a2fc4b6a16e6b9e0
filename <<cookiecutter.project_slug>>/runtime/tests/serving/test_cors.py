"""Pages of other hosts: not let in unless config.yaml or the environment names them."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from model_runtime.errors import ProjectError
from model_runtime.serving.app import create_app
from model_runtime.settings import read_settings
from model_runtime.testing.service import Service, running

from ..support.sample import PREFIX

ALLOWED, OTHER = "https://example.org", "https://example.com"


@pytest.fixture(scope="module")
def open_service(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that lets pages of one other origin ask."""
    log = tmp_path_factory.mktemp("cors") / "log"
    origins = {"SERVING__CORS_ORIGINS": f'["{ALLOWED}"]'}
    with running(trained / "model_bin", log, **origins) as service:
        service.wait("/readyz")
        yield service


def preflight(service: Service, origin: str, headers: str = "content-type") -> httpx.Response:
    """Ask as a browser does before it lets a page post JSON to another host."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": headers,
    }
    return service.client.options("/api/predict", headers=asked)


def allowed(answer: httpx.Response) -> str | None:
    origin: str | None = answer.headers.get("access-control-allow-origin")
    return origin


def test_a_named_origin_may_post_json(open_service: Service) -> None:
    asked = preflight(open_service, ALLOWED, "content-type,x-request-id")
    assert (asked.status_code, allowed(asked)) == (200, ALLOWED)
    assert {"GET", "HEAD", "POST"} == set(asked.headers["access-control-allow-methods"].split(", "))
    assert int(asked.headers["access-control-max-age"]) >= 600
    headers = {"Origin": ALLOWED}
    answer = open_service.client.post("/api/predict", json=open_service.example, headers=headers)
    assert (answer.status_code, allowed(answer)) == (200, ALLOWED)
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    assert {"x-request-id", "x-model-version", "retry-after"} <= set(exposed)
    assert "access-control-allow-credentials" not in answer.headers


# What the libraries of a page's maker add to its requests, and any that they may add.
@pytest.mark.parametrize(
    "header",
    [
        "accept-language",
        "authorization",
        "baggage",
        "newrelic",
        "ocp-apim-subscription-key",
        "sentry-trace",
        "traceparent",
        "tracestate",
        "x-any-other",
        "x-b3-traceid",
        "x-datadog-trace-id",
        "x-requested-with",
    ],
)
def test_a_named_origin_may_send_any_header(open_service: Service, header: str) -> None:
    asked = preflight(open_service, ALLOWED, f"content-type,{header}")
    assert (asked.status_code, allowed(asked)) == (200, ALLOWED)
    named = asked.headers["access-control-allow-headers"].split(",")
    # By name: a browser does not take `*` for authorization.
    assert {"content-type", header} <= {name.strip() for name in named}
    assert "access-control-allow-credentials" not in asked.headers


def test_a_page_may_ask_all_there_is_by_head(open_service: Service) -> None:
    answer = open_service.client.head("/readyz", headers={"Origin": ALLOWED})
    assert (answer.status_code, allowed(answer)) == (200, ALLOWED)


REFUSED: dict[int, dict[str, Any]] = {
    400: {"content": b"{", "headers": {"Content-Type": "application/json"}},
    413: {"content": b" " * 2_000_000, "headers": {"Content-Type": "application/json"}},
    415: {"content": b"{}", "headers": {"Content-Type": "image/png"}},
    422: {"json": {}},
}


@pytest.mark.parametrize("status", REFUSED)
def test_a_named_origin_may_read_refusals(open_service: Service, status: int) -> None:
    asked = REFUSED[status]
    headers = {**asked.get("headers", {}), "Origin": ALLOWED}
    answer = open_service.client.post("/api/predict", **{**asked, "headers": headers})
    assert (answer.status_code, allowed(answer)) == (status, ALLOWED)
    assert answer.headers["vary"] == "Origin"


def test_a_named_origin_may_read_that_a_route_or_a_method_is_missing(open_service: Service) -> None:
    headers = {"Origin": ALLOWED}
    for path, status in (("/nowhere", 404), ("/api/predict", 405)):
        answer = open_service.client.get(path, headers=headers)
        assert (answer.status_code, allowed(answer)) == (status, ALLOWED)


def test_a_named_origin_may_read_that_the_service_is_not_ready(tmp_path: Path) -> None:
    origins = {"SERVING__CORS_ORIGINS": f'["{ALLOWED}"]'}
    with running(tmp_path / "none", tmp_path / "log", **origins) as service:
        service.wait("/readyz", 503)
        answer = service.client.post("/api/predict", json={}, headers={"Origin": ALLOWED})
        assert (answer.status_code, allowed(answer)) == (503, ALLOWED)
        assert answer.headers["retry-after"]


def test_a_failure_of_the_service_is_readable_too() -> None:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get("/fails", headers={"Origin": ALLOWED})

    async def fails() -> None:
        raise RuntimeError

    settings = read_settings()
    serving = settings.serving.model_copy(update={"cors_origins": (ALLOWED,)})
    app = create_app(settings.model_copy(update={"serving": serving}))
    app.add_api_route("/fails", fails)
    answer = asyncio.run(ask())
    assert (answer.status_code, allowed(answer)) == (500, ALLOWED)


def test_another_origin_is_told_nothing(open_service: Service) -> None:
    for answer in (
        preflight(open_service, OTHER, "authorization"),
        open_service.client.get("/api/info", headers={"Origin": OTHER}),
        open_service.client.post("/api/predict", json={}, headers={"Origin": OTHER}),
    ):
        assert [name for name in answer.headers if name.startswith("access-control")] == []
        # A cache keeps this answer from the page that may read it.
        assert "Origin" in answer.headers["vary"]


def test_an_answer_says_to_caches_that_it_depends_on_the_origin(open_service: Service) -> None:
    assert open_service.client.get("/api/info").headers["vary"] == "Origin"
    described = open_service.client.get("/openapi.json").headers["vary"]
    assert set(described.split(", ")) == {"X-Forwarded-Prefix", "Origin"}


def test_all_origins_may_where_a_star_says_so(trained: Path, tmp_path: Path) -> None:
    origins = {"SERVING__CORS_ORIGINS": '["*"]'}
    with running(trained / "model_bin", tmp_path / "log", **origins) as service:
        asked = preflight(service, OTHER, "content-type,authorization,traceparent")
        assert (asked.status_code, allowed(asked)) == (200, "*")
        assert "authorization" in asked.headers["access-control-allow-headers"]
        answer = service.client.get("/livez", headers={"Origin": OTHER})
        assert (allowed(answer), answer.headers["vary"]) == ("*", "Origin")
        assert "access-control-allow-credentials" not in answer.headers


def test_no_origin_may_by_default(service: Service) -> None:
    assert read_settings().serving.cors_origins == ()
    assert allowed(preflight(service, ALLOWED)) is None
    assert allowed(service.client.get("/api/info", headers={"Origin": ALLOWED})) is None


@pytest.mark.parametrize("origin", ["*", "null", "http://localhost:8080", "https://[::1]:1"])
def test_an_origin_is_as_browsers_send_it(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__CORS_ORIGINS", f'["{origin}"]')
    assert read_settings().serving.cors_origins == (origin,)


@pytest.mark.parametrize(
    "wrong", ["https://example.org/", "https://example.org/page", "example.org", "HTTPS://A", ""]
)
def test_what_is_no_origin_is_an_error(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__CORS_ORIGINS", f'["{wrong}"]')
    with pytest.raises(ProjectError, match=rf"cors_origins\[0\]: '{wrong}' is no origin"):
        read_settings()


def test_a_list_that_is_not_json_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__CORS_ORIGINS", ALLOWED)
    with pytest.raises(ProjectError, match="not JSON"):
        read_settings()
