"""A git server over HTTP: git's own program for it, behind a server of Python's."""

import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

TOLD = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH")
HEADERS = ("HTTP_CONTENT_ENCODING", "HTTP_GIT_PROTOCOL")


class _Server(ThreadingMixIn, WSGIServer):
    """A server that has a thread for each request."""

    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    """Requests that are not told to the terminal."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve the repositories in a folder; give the address, and the list of requests so far."""
    asked: list[str] = []

    def answer(environ: "WSGIEnvironment", respond: "StartResponse") -> Iterable[bytes]:
        asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        told = {name: str(environ[name]) for name in (*TOLD, *HEADERS) if environ.get(name)}
        ours = {"GIT_PROJECT_ROOT": str(folder), "GIT_HTTP_EXPORT_ALL": "1"}
        length = int(environ.get("CONTENT_LENGTH") or 0)
        done = subprocess.run(
            [shutil.which("git") or "git", "http-backend"],
            env={**os.environ, **told, **ours},
            input=environ["wsgi.input"].read(length),
            capture_output=True,
            check=True,
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        respond(headers.pop("Status", "200 OK"), list(headers.items()))
        return [body]

    with make_server("127.0.0.1", 0, answer, _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()
