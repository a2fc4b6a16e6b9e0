"""Connections have bounds: no client, slow, silent or endless, keeps others from the service."""

import json
import shlex
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from model_runtime.settings import read_settings
from model_runtime.testing.service import PATIENCE, Service, running

from ..support.wire import CHUNKED, LIVE, POST, Wire, answers, problem, wire

STRICT = {
    "SERVING__REQUEST_SECONDS": "1",
    "SERVING__KEEP_ALIVE_SECONDS": "2",
}


UNFINISHED = {
    "line": b"GET /li",
    "head": b"GET /livez HTTP/1.1\r\nHost: te",
    "body": POST + b"Content-Length: 1000\r\n\r\n{",
    "chunk": CHUNKED + b"ff\r\n{",
    "size of a chunk": CHUNKED + b"1\r\n{\r\nf",
    "what follows the chunks": CHUNKED + b"1\r\n{\r\n0\r\nx: y",
    "body that is not awaited": b"GET /livez HTTP/1.1\r\nHost: test\r\nContent-Length: 99\r\n\r\n",
    "body of a wrong type": POST.replace(b"/json", b"/pdf") + b"Content-Length: 99\r\n\r\n{",
}


@pytest.fixture(scope="module")
def strict(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of little patience."""
    log = tmp_path_factory.mktemp("strict") / "log"
    with running(trained / "model_bin", log, **STRICT) as service:
        service.wait("/readyz")
        yield service


@pytest.fixture(scope="module")
def patient(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that waits long, but for few."""
    log = tmp_path_factory.mktemp("patient") / "log"
    with running(trained / "model_bin", log, SERVING__MAX_CONNECTIONS="20") as service:
        service.wait("/readyz")
        yield service


def dripping(connection: Wire, seconds: float) -> None:
    """Send a byte now and then, so that the client is never silent for long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        connection.send(b"1")
        time.sleep(0.1)  # a client's pace, not a wait for an event


def test_defaults_outlast_load_balancers() -> None:
    serving = read_settings().serving
    # AWS, Azure and nginx keep an idle connection to a service for 60 s.
    assert serving.keep_alive_seconds > 60
    assert serving.request_seconds <= 60


IDLE = [b"", LIVE, b"\r\n\r\n", LIVE + b"\r\n"]
SENT = [*((text, drips) for text in UNFINISHED.values() for drips in (False, True))]
SENT += [(text, False) for text in IDLE]


@pytest.fixture(scope="module")
def ended(strict: Service) -> dict[tuple[bytes, bool], bytes]:
    """All that came until the service ended a connection, by what was sent; they wait at once."""

    def end(text: bytes, drips: bool) -> bytes:
        with wire(strict) as connection:
            connection.send(text)
            if drips:
                dripping(connection, 2)
            return connection.rest()

    with ThreadPoolExecutor(len(SENT)) as clients:
        return dict(zip(SENT, clients.map(lambda sent: end(*sent), SENT), strict=True))


@pytest.mark.parametrize("name", UNFINISHED)
@pytest.mark.parametrize("drips", [False, True])
def test_a_request_has_to_come_whole_in_time(
    ended: dict[tuple[bytes, bool], bytes], name: str, drips: bool
) -> None:
    text = ended[UNFINISHED[name], drips]
    statuses = [answer.status for answer in answers(text)]
    if name.startswith("body that"):
        assert statuses == [200]
    elif name.startswith("body of"):
        assert statuses == [415]
    else:
        assert "within 1 s (serving.request_seconds)" in problem(text, 408)


@pytest.mark.parametrize("first", IDLE)
def test_an_idle_connection_is_ended_in_time(
    ended: dict[tuple[bytes, bool], bytes], first: bytes
) -> None:
    statuses = [answer.status for answer in answers(ended[first, False])]
    assert statuses == ([200] if LIVE in first else [])


def test_an_idle_connection_outlives_the_time_for_a_request(strict: Service) -> None:
    with wire(strict) as connection:
        assert connection.send(LIVE).answer().status == 200
        time.sleep(1.5)  # longer than a request may take, shorter than a connection may be idle
        assert connection.send(LIVE).answer().status == 200


def test_an_answer_has_to_be_taken_in_time(strict: Service) -> None:
    asset = b"GET /docs/assets/swagger-ui-bundle.js HTTP/1.1\r\nHost: test\r\n\r\n"
    with wire(strict) as connection:
        connection.send(asset * 20)  # more than the systems on the way keep
        time.sleep(2)  # in which the client takes nothing
        taken = connection.rest()
    size = int(strict.client.head("/docs/assets/swagger-ui-bundle.js").headers["content-length"])
    assert len(taken) < 20 * size
    assert strict.client.get("/livez").status_code == 200


@pytest.mark.parametrize("kind", ["silent", "idle", *UNFINISHED])
def test_waiting_connections_leave_room_for_others(patient: Service, kind: str) -> None:
    first = {"silent": b"", "idle": LIVE}.get(kind) or UNFINISHED.get(kind, b"")
    with wire(patient) as longest, ExitStack() as others:
        longest.send(first)
        for _ in range(60):
            others.enter_context(wire(patient)).send(first)
        begin = time.monotonic()
        assert [answer.status for answer in answers(longest.rest())] in ([], [200], [415])
        with wire(patient) as newest:
            assert newest.send(LIVE).answer().status == 200
        assert time.monotonic() - begin < 1


def test_few_file_handles_are_enough(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nulimit -n 128\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with running(trained / "model_bin", tmp_path / "log") as service:
        service.wait("/readyz")
        with ExitStack() as idle:
            for _ in range(200):
                idle.enter_context(wire(service)).send(b"GET /li")
            begin = time.monotonic()
            for _ in range(10):
                with wire(service) as other:
                    assert other.send(LIVE).answer().status == 200
            assert time.monotonic() - begin < 2


def test_a_service_takes_the_file_handles_that_it_may(service: Service) -> None:
    limits = Path(f"/proc/{service.process.pid}/limits")
    if not limits.exists():
        pytest.skip("this system has no /proc")
    (line,) = [each for each in limits.read_text().splitlines() if each.startswith("Max open")]
    soft, hard = (int(word) for word in line.split()[3:5])
    assert soft >= min(hard, read_settings().serving.max_connections + 2_048)


def test_predictions_are_refused_while_all_connections_are_at_work(
    trained: Path, tmp_path: Path
) -> None:
    environment = {"SERVING__MAX_CONNECTIONS": "1"}
    with running(trained / "model_bin", tmp_path / "log", **environment) as service:
        service.wait("/readyz")
        many = json_request("/api/predictions", [service.example] * 1_000)
        one = json_request("/api/predict", service.example)
        end = time.monotonic() + PATIENCE
        status = 200
        while status == 200:
            assert time.monotonic() < end, "no prediction was refused"
            # The second comes while the first is at work, or where that is done, in its place.
            with wire(service) as first:
                first.send(many)
                with wire(service) as second:
                    answer = second.send(one).answer()
                    status = answer.status
        assert status == 503
        assert answer.headers["retry-after"] == "1"
        assert answer.headers["content-type"] == "application/problem+json"
        assert 'status="503"' in service.client.get("/metrics").text


def json_request(path: str, value: object) -> bytes:
    body = json.dumps(value).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


# Java's client offers HTTP/2 with its requests, and browsers' pages may ask for WebSocket.
@pytest.mark.parametrize("offer", ["h2c", "websocket", "TLS/1.0", "h2c, websocket"])
@pytest.mark.parametrize("pieces", [1, 2])
def test_another_protocol_is_declined_by_an_answer(
    service: Service, offer: str, pieces: int
) -> None:
    lines = f"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {offer}\r\nHTTP2-Settings: AA\r\n"
    asked = json_request("/api/predict", service.example)
    offering = asked.replace(b"Host: test\r\n", b"Host: test\r\n" + lines.encode())
    size = len(offering) // pieces + 1
    with wire(service) as connection:
        for _ in range(2):  # the connection stays of use
            for begin in range(0, len(offering), size):
                connection.send(offering[begin : begin + size])
            answer = connection.answer()
            assert answer.status == 200
            assert json.loads(answer.body) == service.post("/api/predict", service.example).json()
        get = LIVE.replace(b"\r\n\r\n", b"\r\n" + lines.encode() + b"\r\n")
        assert connection.send(get).answer().status == 200
