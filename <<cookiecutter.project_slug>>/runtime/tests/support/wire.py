"""A connection by which a test says byte for byte what it likes."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from model_runtime.testing.service import PATIENCE, Service

POST = b"POST /api/predict HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
LIVE = b"GET /livez HTTP/1.1\r\nHost: test\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_short(self) -> bool:
        """Is some of it still missing?"""
        return len(self.body) < int(self.headers.get("content-length", 0))


@dataclass
class Wire:
    """A connection to a service."""

    socket: socket.socket

    def send(self, *parts: bytes) -> "Wire":
        """Send what the service still takes."""
        for part in parts:
            try:
                self.socket.sendall(part)
            except OSError:
                break
        return self

    def rest(self) -> bytes:
        """Return all that comes until the service ends the connection."""
        parts = []
        try:
            while part := self.socket.recv(65_536):
                parts.append(part)
        except ConnectionResetError:
            pass
        return b"".join(parts)

    def answer(self) -> Answer:
        """Return the next answer, once it is whole."""
        text = b""
        while not (found := answers(text)) or found[0].is_short:
            part = self.socket.recv(65_536)
            assert part, f"the service ended the connection after {text!r}"
            text += part
        return found[0]


@contextmanager
def wire(service: Service) -> Iterator[Wire]:
    """Connect to a service."""
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as opened:
        yield Wire(opened)


def said(service: Service, *parts: bytes) -> bytes:
    """Send something, and return all that comes until the service ends the connection."""
    with wire(service) as connection:
        return connection.send(*parts).rest()


def answers(text: bytes) -> list[Answer]:
    """Take apart what a service has sent; each answer has a length."""
    found = []
    while b"\r\n\r\n" in text:
        head, _, text = text.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        length = int(headers.get("content-length", 0))
        found.append(Answer(int(status.split()[1]), headers, text[:length]))
        text = text[length:]
    return found


def problem(text: bytes, status: int) -> str:
    """Return the detail of the problem that is the last answer, and the connection's end."""
    last = answers(text)[-1]
    assert last.status == status, last
    assert last.headers["content-type"] == "application/problem+json"
    body = json.loads(last.body)
    assert (body["status"], body["request_id"]) == (status, last.headers["x-request-id"])
    assert last.headers["connection"] == "close"
    return str(body["detail"])
