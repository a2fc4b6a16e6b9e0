"""A service below a proxy's prefix, and addresses that end in a slash."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest

from model_runtime.errors import ProjectError
from model_runtime.settings import read_settings
from model_runtime.testing.service import Service, running

from ..support.sample import PREFIX

LINKS = re.compile(r"""(?:src|href)="([^"#{]+)"|(?:fetch|URL)\("([^"]+)\"""")
PAGES = ("/", "/docs", "/api/docs", "/docs/", "/api/docs/")
PLAIN = ("/livez", "/readyz", "/metrics", "/api/info", "/api/predict/params", "/openapi.json")
ROOTS = ("/a/b-c", "/api", "/docs")
"""One of several parts, the beginning of routes' paths, and a route's own path."""


def linked(text: str) -> set[str]:
    """Return the addresses that a page loads or leads to."""
    found = {link for pair in LINKS.findall(text) for link in pair if link}
    return {link for link in found if not link.startswith("data:") and link != "."}


@pytest.fixture(scope="module", params=ROOTS)
def below(
    request: pytest.FixtureRequest, trained: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service that is told of its prefix."""
    log = tmp_path_factory.mktemp("below") / "log"
    with running(trained / "model_bin", log, SERVING__ROOT_PATH=request.param) as service:
        service.wait("/readyz")
        yield service


def root_of(service: Service) -> str:
    return str(service.openapi["servers"][0]["url"])


@pytest.mark.parametrize("page", PAGES)
def test_a_page_below_an_unknown_prefix_finds_all_it_needs(service: Service, page: str) -> None:
    links = linked(service.client.get(page).text)
    assert len(links) > 1
    for link in links:
        address = urljoin(f"/prefix{page}", link)
        assert address.startswith("/prefix/"), f"{page} leads to {link}"
        asked = address.removeprefix("/prefix")
        assert service.client.get(asked).status_code == 200, f"{page} leads to {link}"


@pytest.mark.parametrize("stripped", [True, False])
def test_all_is_found_below_a_prefix_whether_the_proxy_strips_it_or_not(
    below: Service, stripped: bool
) -> None:
    prefix = root_of(below)
    for page in (*PAGES, *PLAIN):
        asked = page if stripped else prefix + page
        answer = below.client.get(asked)
        assert answer.status_code == 200, f"{asked}: {answer.text}"
        links = linked(answer.text) if page in PAGES else []
        for link in links:
            address = urljoin(prefix + page, link)
            assert address.startswith(f"{prefix}/"), f"{page} leads to {link}"
            asked = address.removeprefix(prefix) if stripped else address
            assert below.client.get(asked).status_code == 200, f"{page} leads to {link}"
    for path in ("/api/predict", "/api/predict/"):
        asked = path if stripped else prefix + path
        assert below.post(asked, below.example).status_code == 200, asked
    missing = below.client.get("/nowhere" if stripped else f"{prefix}/nowhere")
    assert missing.status_code == 404


def test_a_prefix_without_its_slash_leads_to_the_page(below: Service) -> None:
    answer = below.client.get(root_of(below), params={"a": "b"})
    if answer.status_code == 200:  # /docs is a page of the service's own, too
        return
    assert answer.status_code == 307
    target = urljoin(root_of(below), answer.headers["location"])
    assert target == f"{root_of(below)}/?a=b"
    assert "//" not in answer.headers["location"]


def test_the_description_names_the_prefix_that_a_proxy_tells(service: Service) -> None:
    def servers(prefix: str) -> object:
        headers = {"X-Forwarded-Prefix": prefix}
        answer = service.client.get("/openapi.json", headers=headers)
        assert "X-Forwarded-Prefix" in answer.headers["vary"]
        return answer.json().get("servers")

    assert servers("/risk") == servers("/risk/") == [{"url": "/risk"}]
    for no_prefix in ("", "/", "//evil.example", "https://evil.example", "/a b", "/<b>", "risk"):
        assert servers(no_prefix) is None, no_prefix
    assert "servers" not in service.openapi


def test_a_slash_at_the_end_changes_nothing(service: Service) -> None:
    for path in (*PLAIN, "/ping", "/docs", "/api/docs"):
        with_slash = service.client.get(f"{path}/", headers={"X-Forwarded-Proto": "https"})
        assert with_slash.status_code == 200, path
        assert with_slash.headers.get("location") is None
    first, second = (service.post(f"/api/predict{end}", service.example) for end in ("", "/"))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    answered = 'http_requests_total{method="POST",route="/api/predict/",'
    assert answered not in service.client.get("/metrics").text


@pytest.mark.parametrize(
    "path", ["/nowhere/", "/livez//", "//livez", "/client", "/client/", "/docs/assets/"]
)
def test_an_unknown_address_is_a_problem_and_never_a_redirect(service: Service, path: str) -> None:
    headers = {"Host": "api.example.org", "X-Forwarded-Proto": "https"}
    answer = service.client.get(service.url + path, headers=headers)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == f"Not Found: {path}"


def test_a_long_unknown_address_is_cut(service: Service) -> None:
    answer = service.client.get("/" + "x" * 5_000)
    assert answer.status_code == 404
    assert len(answer.content) < 500


@pytest.mark.parametrize(
    "wrong", ["risk", "/risk/", "/", "/..", "//a", "https://a/b", "/a?b", "/a b"]
)
def test_what_is_no_prefix_is_an_error(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__ROOT_PATH", wrong)
    with pytest.raises(ProjectError, match=r"serving\.root_path"):
        read_settings()
