"""Ways in which clients and proxies write requests that are right: each gets its answer."""

import json
import socket

import pytest

from model_runtime.testing.service import Service

from ..support.wire import LIVE, answers, said, wire

ALIVE = {"status": "alive"}
CLOSE = b"\r\nConnection: close\r\n\r\n"


def alive(text: bytes) -> bool:
    found = answers(text)
    return [answer.status for answer in found] == [200] and json.loads(found[0].body) == ALIVE


def test_http_1_0_is_answered_and_ended(service: Service) -> None:
    assert alive(said(service, b"GET /livez HTTP/1.0\r\n\r\n"))
    assert alive(
        said(service, b"GET /livez HTTP/1.0\r\nHost: test\r\nConnection: keep-alive\r\n\r\n")
    )


def test_a_client_may_end_the_connection(service: Service) -> None:
    text = said(service, LIVE.replace(b"\r\n\r\n", CLOSE))
    assert alive(text)
    assert answers(text)[0].headers["connection"] == "close"


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_a_client_that_has_said_all_is_answered(service: Service, version: bytes) -> None:
    with wire(service) as connection:
        connection.send(LIVE.replace(b"1.1", version))
        connection.socket.shutdown(socket.SHUT_WR)
        assert alive(connection.rest())


@pytest.mark.parametrize(
    "address",
    [
        b"/livez?a=b&c=%20",
        b"/livez?",
        b"/livez#part",
        b"/%6Civez",
        b"/%6c%69%76%65%7a",
        b"http://test/livez",
        b"https://test.example:8443/livez?a=b",
    ],
)
def test_an_address_may_be_written_in_several_ways(service: Service, address: bytes) -> None:
    assert alive(said(service, b"GET %b HTTP/1.1\r\nHost: test%b" % (address, CLOSE)))


@pytest.mark.parametrize(
    "address",
    [
        b"//livez",
        b"/livez/../livez",
        b"/%2e%2e/etc/passwd",
        b"/%00",
        b"/%zz",
        b"/client/%2e%2e/config.yaml",
        b"/client//etc/passwd",
    ],
)
def test_an_unknown_address_is_not_found(service: Service, address: bytes) -> None:
    (answer,) = answers(said(service, b"GET %b HTTP/1.1\r\nHost: test%b" % (address, CLOSE)))
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"


def predicts(service: Service, text: bytes) -> bool:
    last = answers(text)[-1]
    expected = service.post("/api/predict", service.example).json()
    return last.status == 200 and json.loads(last.body) == expected


HEAD = (
    b"POST /api/predict HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\n"
)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_body_may_come_in_chunks(service: Service, size: int) -> None:
    body = json.dumps(service.example).encode()
    chunks = [body[begin : begin + size] for begin in range(0, len(body), size)]
    framed = b"".join(b"%x;name=value\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    end = b"0\r\nX-Request-ID: too-late\r\n\r\n"
    text = said(service, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + framed + end)
    assert predicts(service, text)
    # What follows the body is no header of the request.
    assert answers(text)[-1].headers["x-request-id"] != "too-late"


def test_a_client_may_ask_before_it_sends_the_body(service: Service) -> None:
    body = json.dumps(service.example).encode()
    with wire(service) as connection:
        connection.send(HEAD + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(body))
        assert connection.answer().status == 100
        connection.send(body)
        assert predicts(service, connection.rest())


def test_a_body_byte_by_byte_is_a_body(service: Service) -> None:
    body = json.dumps(service.example).encode()
    with wire(service) as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        text = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
        for index in range(len(text)):
            connection.send(text[index : index + 1])
        assert predicts(service, connection.rest())


def test_each_answer_says_how_long_it_is(service: Service) -> None:
    for path in ("/", "/docs", "/openapi.json", "/metrics", "/livez", "/api/info", "/nowhere"):
        headers = service.client.get(path).headers
        assert "content-length" in headers, path
        assert "date" in headers
        assert "server" not in headers
