"""Pages of other hosts: not let in unless config.yaml or the environment names them."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from << cookiecutter.package_name >>.errors import ProjectError
from << cookiecutter.package_name >>.settings import PREFIX, read_settings

from .service import Service, running

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
    assert {"GET", "POST"} == set(asked.headers["access-control-allow-methods"].split(", "))
    headers = {"Origin": ALLOWED}
    answer = open_service.client.post("/api/predict", json=open_service.example, headers=headers)
    assert (answer.status_code, allowed(answer)) == (200, ALLOWED)
    assert answer.headers["access-control-expose-headers"] == "x-request-id, x-model-version"


def test_a_named_origin_may_read_refusals(open_service: Service) -> None:
    answer = open_service.client.post("/api/predict", json={}, headers={"Origin": ALLOWED})
    assert (answer.status_code, allowed(answer)) == (422, ALLOWED)


def test_another_origin_may_not(open_service: Service) -> None:
    assert allowed(preflight(open_service, OTHER)) is None
    assert allowed(open_service.client.get("/api/info", headers={"Origin": OTHER})) is None


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
