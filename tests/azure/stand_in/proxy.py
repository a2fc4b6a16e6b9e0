"""The proxy that all requests of the tested program go through, and TLS for every host's name."""

import json
import socketserver
import ssl
import threading
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

import trustme

from .messages import Answer, Request

AUTHORITY = trustme.CA()


@cache
def _context(host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(host).configure_cert(context)
    return context


class Proxy(socketserver.ThreadingTCPServer):
    """Listens on a free port of 127.0.0.1; whichever host is asked for, `answer` answers."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        """Listen."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """The proxy's address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy
    host = ""

    def do_CONNECT(self) -> None:
        self.host = self.path.rpartition(":")[0]
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.wfile.flush()
        self.connection = _context(self.host).wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = socketserver._SocketWriter(self.connection)  # type: ignore[attr-defined]
        self.close_connection = False

    def _do(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        # Without TLS the proxy is told the whole address.
        host = self.host or urlsplit(self.path).hostname or ""
        request = Request(self.command, host, self.path, headers, self._body(headers))
        answer = self.server.answer(request)
        body = answer.body if isinstance(answer.body, bytes) else _coded(answer.body)
        self.send_response(answer.status)
        usual = {"Content-Type": "application/json"} | answer.headers
        for name, value in usual.items():
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name in usual):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = do_HEAD = _do  # noqa: N815 - its names

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(headers.get("content-length") or 0))

    def log_message(self, *_: object) -> None:
        """Keep quiet; the calls are recorded."""


def _coded(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()
