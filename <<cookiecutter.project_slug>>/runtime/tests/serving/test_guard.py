"""The routes that ask for a key, by settings: nothing slips by, and what is off is not there."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Mount, Route

from model_runtime.api_key import make_key
from model_runtime.contract.routes import PATHS
from model_runtime.errors import ProjectError
from model_runtime.serving.app import create_app
from model_runtime.serving.guard import OPEN, Guarded
from model_runtime.serving.rate import Rate
from model_runtime.settings import Settings, read_settings
from model_runtime.testing.service import running

from ..support.guarded import Guarded as Service
from ..support.guarded import guarded
from ..support.reloading import wait_for
from ..support.sample import PREFIX

ALL = ["predictions", "info", "metrics", "docs"]
CLOSED = {"/api/info", "/api/predict/params", "/metrics", "/openapi.json", "/swagger.json", *PATHS}


def settings_with(**serving: Any) -> Settings:
    settings = read_settings()
    given = type(settings.serving).model_validate(settings.serving.model_dump() | serving)
    return settings.model_copy(update={"serving": given})


KEYS = {"lines": make_key("alice", 1)[1].line, "guard": ALL}


def routes(**serving: Any) -> dict[str, bool]:
    """Return the paths of all routes of a service without a model, and which ask for a key."""
    app = create_app(settings_with(**serving))
    found = {}
    for route in app.routes:
        assert isinstance(route, (Route, Mount))
        found[route.path] = isinstance(route.app, Guarded)
    return found


def test_every_route_is_guarded_or_known_to_be_open() -> None:
    found = routes(api_keys=KEYS, admin_token="a-token-for-tests-0123456789")
    assert {path for path, asks in found.items() if asks} == CLOSED
    assert {path for path, asks in found.items() if not asks} == OPEN


def test_nothing_is_guarded_by_default() -> None:
    assert not any(routes().values())


def test_predictions_alone_are_guarded_where_nothing_else_is_said() -> None:
    found = routes(api_keys={"lines": KEYS["lines"]})
    assert {path for path, asks in found.items() if asks} == set(PATHS)


def test_docs_and_client_can_be_left_out() -> None:
    pages = {"/docs", "/api/docs", "/docs/assets", "/docs/page", "/openapi.json", "/swagger.json"}
    client = {"/", "/client", "/client/page", "/client/index.html"}
    assert pages | client <= set(routes())
    assert set(routes()) - set(routes(client=False)) == client
    assert set(routes()) - set(routes(client=False, docs=False)) == pages | client


def test_a_client_without_the_description_that_it_is_made_from_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__DOCS", "false")
    with pytest.raises(ProjectError, match="set client to false, too"):
        read_settings()


@pytest.fixture(scope="module")
def closed(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service below a prefix, all of whose groups ask for a key, at a low rate."""
    settings = {
        "SERVING__API_KEYS__GUARD": json.dumps(ALL),
        "SERVING__ROOT_PATH": "/api",
        "SERVING__API_KEYS__PER_SECOND": "0.001",
        "SERVING__API_KEYS__BURST": "15",
    }
    folder = tmp_path_factory.mktemp("closed")
    with guarded(trained / "model_bin", folder, **settings) as service:
        yield service


@pytest.mark.parametrize("form", ["{}", "{}/", "/api{}", "/api{}/", "{}?a=b"])
def test_no_way_of_writing_an_address_goes_around_a_key(closed: Service, form: str) -> None:
    for path in CLOSED:
        method = "POST" if path in PATHS else "GET"
        for asked in {method, "HEAD"} if method == "GET" else {method}:
            answer = closed.client.request(asked, form.format(path))
            assert answer.status_code == 401, f"{asked} {path}"
    assert closed.client.get(form.format("/livez")).status_code == 200


def test_what_is_used_up_is_told_and_nobody_else_pays_for_it(closed: Service) -> None:
    other = closed.keys.new("bob")
    wait_for(lambda: closed.asked(other).status_code == 200, "the other key")
    while (answer := closed.asked(closed.key)).status_code == 200:
        pass
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 1000
    assert "The key of 'alice' may send 0.001 requests a second" in answer.json()["detail"]
    assert closed.client.get("/metrics", headers={"X-API-Key": closed.key}).status_code == 429
    assert closed.asked(other).status_code == 200
    assert closed.asked(None).status_code == 401


def test_a_bucket_fills_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("model_runtime.serving.rate.monotonic", lambda: now)
    rate = Rate(per_second=2, burst=3)
    take = partial(rate.wait, "alice")
    assert [take() for _ in range(5)] == [0, 0, 0, 0.5, 0.5]
    now += 0.5
    assert [take(), take()] == [0, 0.5]
    now += 60
    assert [take() for _ in range(4)] == [0, 0, 0, 0.5]
    assert rate.wait("bob") == 0
    assert [Rate(per_second=0, burst=1).wait("alice") for _ in range(3)] == [0, 0, 0]


def test_each_worker_follows_the_file(trained: Path, tmp_path: Path) -> None:
    with guarded(trained / "model_bin", tmp_path, SERVING__WORKERS="2") as service:
        new = service.keys.new("bob")
        fresh = {"X-API-Key": new, "Connection": "close"}

        def all_know() -> bool:
            statuses = {
                service.client.post("/api/predict", json=service.row, headers=fresh).status_code
                for _ in range(20)
            }
            return statuses == {200}

        wait_for(all_know, "both workers' look at the file")
        wait_for(lambda: service.log.count("has alice (until") >= 2, "both workers' lines")


def start(tmp_path: Path, **settings: str) -> str:
    """Return what a service says that does not start."""
    environment = {f"{PREFIX}{name}": value for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, "-m", "model_runtime.serving"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    return done.stderr


def test_without_a_good_file_it_does_not_start(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {"SERVING__API_KEYS__FILE": str(file), "SERVING__PORT": str(port)}
    assert "No such file or directory; put it right" in start(tmp_path, **options)
    file.write_text("alice key_in_plain_text\n")
    said = start(tmp_path, **options)
    assert "line 1 is not name, end and hash" in said
    assert "plain_text" not in said


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_it_says_at_start_where_others_may_ask_without_a_key(tmp_path: Path, host: str) -> None:
    log = tmp_path / "log"
    with running(tmp_path / "none", log, SERVING__HOST=host):
        assert ("No API key is asked for" in log.read_text()) == (host == "0.0.0.0")


def test_it_says_at_start_who_may_ask(tmp_path: Path) -> None:
    log, lines = tmp_path / "log", make_key("alice", 1)[1].line
    with running(tmp_path / "none", log, SERVING__API_KEYS__LINES=lines, SERVING__HOST="0.0.0.0"):
        assert "API keys are asked for (predictions): alice (until 2" in log.read_text()
        assert "No API key" not in log.read_text()
