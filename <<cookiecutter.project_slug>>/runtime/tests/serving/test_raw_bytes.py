"""Bytes that are nearly requests: each is answered or ended, and the service does not grow."""

import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from model_runtime.load.resident import resident_megabytes
from model_runtime.testing.service import Service

from ..support.wire import CHUNKED, LIVE, POST, answers, wire

SECONDS = 6
"""Of them the first third only warms up."""
MOST_MEGABYTES = 8
PIECES = [
    *(b"\r\n", b"\r\n\r\n", b"\n", b"\0", b"\xff", b" ", b":", b"5\r\n", b"0\r\n\r\n", b"-1"),
    *(b"Content-Length: 7\r\n", b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n"),
    *(b"Connection: close\r\n", b"Upgrade: h2c\r\n", b"HTTP/1.0", b"HTTP/9.9", b"CONNECT "),
    *(b"Content-Encoding: gzip\r\n", b"X-API-Key: x\r\n", b"X-Request-ID: \xe4\r\n", b"9" * 400),
]


def requests(service: Service) -> list[bytes]:
    """Return whole requests, by which all that follows begins."""
    body = service.client.build_request("POST", "/", json=service.example).content
    length = f"Content-Length: {len(body)}\r\n\r\n".encode()
    in_chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    document = b"GET /openapi.json?x=%00 HTTP/1.1\r\nHost: test\r\n\r\n"
    return [POST + length + body, CHUNKED + in_chunks, LIVE, document]


def nearly(chance: random.Random, whole: list[bytes]) -> bytes:
    """Return some requests with a few accidents."""
    text = bytearray(b"".join(chance.choices(whole, k=chance.randint(1, 4))))
    for _ in range(chance.randint(1, 6)):
        begin = chance.randrange(len(text) + 1)
        end = min(len(text), begin + chance.choice([0, 1, 2, 30]))
        text[begin:end] = chance.choice(
            [b"", chance.choice(PIECES), chance.randbytes(chance.randint(1, 9)), text[:begin][-40:]]
        )
    return bytes(text)


def sent(service: Service, text: bytes, cut: int) -> bytes:
    """Send it in two parts, and return all that comes until the service ends the connection."""
    with wire(service) as connection:
        connection.send(text[:cut], text[cut:])
        try:
            connection.socket.shutdown(socket.SHUT_WR)
        except OSError:  # it has ended already
            return b""
        return connection.rest()


def descriptors(service: Service) -> int:
    return len(list(Path(f"/proc/{service.process.pid}/fd").iterdir()))


def seeds(seconds: float) -> Iterator[int]:
    """Yield numbers for some time."""
    end, seed = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        yield seed
        seed += 1


def test_no_bytes_break_or_hang_the_service_or_let_it_grow(service: Service) -> None:
    whole, statuses = requests(service), set[int]()
    for seconds in (SECONDS / 3, SECONDS * 2 / 3):
        before = resident_megabytes(service.process.pid)
        open_before = descriptors(service)
        for seed in seeds(seconds):
            chance = random.Random(seed if seconds > SECONDS / 2 else -1 - seed)
            text = nearly(chance, whole)
            found = answers(sent(service, text, chance.randrange(len(text) + 1)))
            assert all(answer.status < 500 for answer in found), (seed, text)
            statuses |= {answer.status for answer in found}
    assert {200, 400} <= statuses
    assert service.client.get("/readyz").status_code == 200
    assert resident_megabytes(service.process.pid) - before < MOST_MEGABYTES
    assert descriptors(service) <= open_before + 1
