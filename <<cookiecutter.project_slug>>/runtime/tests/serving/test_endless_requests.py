"""Requests have bounds: what does not end, or comes far ahead, is refused and not kept."""

import socket
from pathlib import Path

import pytest

from model_runtime.testing.service import Service

from ..support.wire import CHUNKED, LIVE, POST, answers, problem, said, wire

ENDLESS = {
    "address": (b"GET /" + b"x" * 10_000_000, 431),
    "name": (b"GET / HTTP/1.1\r\n" + b"x" * 10_000_000, 431),
    "value": (b"GET / HTTP/1.1\r\nx: " + b"x" * 10_000_000, 431),
    "headers": (b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 2_000_000, 431),
    "chunk's extension": (CHUNKED + b"1;" + b"x" * 10_000_000, 400),
    "headers behind the body": (CHUNKED + b"1\r\n{\r\n0\r\n" + b"x: y\r\n" * 2_000_000, 400),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_does_not_end_is_refused_and_not_kept(service: Service, name: str) -> None:
    text, status = ENDLESS[name]
    before = memory(service)
    pieces = [text[begin : begin + 50_000] for begin in range(0, len(text), 50_000)]
    problem(said(service, *pieces), status)
    assert memory(service) - before < 10_000_000


def memory(service: Service) -> int:
    """Return how much memory a service's process takes, or 0 where the system does not tell."""
    file = Path(f"/proc/{service.process.pid}/statm")
    return int(file.read_text().split()[1]) * 4_096 if file.exists() else 0


@pytest.mark.parametrize("pieces", [1, 2, 7])
@pytest.mark.parametrize("length", [60_000, 66_000])
@pytest.mark.parametrize("where", ["address", "header"])
def test_a_head_has_a_greatest_length(
    service: Service, where: str, length: int, pieces: int
) -> None:
    long = b"x" * length
    head = b"GET /livez?%b HTTP/1.1\r\nHost: a" % long if where == "address" else b""
    head = head or b"GET /livez HTTP/1.1\r\nHost: a\r\nx: " + long
    text = head + b"\r\nConnection: close\r\n\r\n"
    size = len(text) // pieces + 1
    with wire(service) as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for begin in range(0, len(text), size):
            connection.send(text[begin : begin + size])
        answered = connection.rest()
    if length > 65_536:
        assert "65,536 bytes" in problem(answered, 431)
    else:
        assert answers(answered)[0].status == 200


def test_requests_ahead_of_their_answers_are_answered_in_order(service: Service) -> None:
    asked = b"".join(
        LIVE.replace(b"\r\n\r\n", b"\r\nX-Request-ID: %d\r\n\r\n" % n) for n in range(20)
    )
    last = LIVE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    found = answers(said(service, asked + last))
    assert [answer.headers["x-request-id"] for answer in found[:20]] == [str(n) for n in range(20)]
    assert {answer.status for answer in found} == {200}


def test_requests_far_ahead_of_their_answers_are_not_kept(service: Service) -> None:
    before = memory(service)
    found = answers(said(service, LIVE * 7_000))
    assert {answer.status for answer in found} == {200}
    assert 10 <= len(found) <= 110
    assert found[-1].headers["connection"] == "close"
    assert memory(service) - before < 10_000_000


@pytest.mark.parametrize(
    "text",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # how TLS begins
        b"hello\r\n\r\n",
        b"GET\r\n\r\n",
        b"FOO /livez HTTP/1.1\r\n\r\n",
        b"get /livez HTTP/1.1\r\n\r\n",
        b"GET /livez HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT test:80 HTTP/1.1\r\nHost: test:80\r\n\r\n",
        b"GET /li\xffvez HTTP/1.1\r\nHost: test\r\n\r\n",
        CHUNKED + b"z\r\n",
        POST + b"Content-Length: x\r\n\r\n",
        POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_is_no_request_is_a_problem(service: Service, text: bytes) -> None:
    assert "no HTTP request" in problem(said(service, text), 400)
    answer, *more = answers(said(service, LIVE + text))
    assert answer.status == 200
    assert all(each.status == 400 for each in more)
