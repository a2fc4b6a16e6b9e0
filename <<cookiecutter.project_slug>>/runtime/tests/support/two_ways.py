"""A service in this process, with early dispatch or without, to hold the two beside each other."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from model_runtime.serving.app import create_app
from model_runtime.serving.server_options import server_options
from model_runtime.serving.state import State
from model_runtime.settings import Settings, read_settings
from model_runtime.testing.service import PATIENCE

from .reloading import wait_for
from .wire import Answer, Wire


@dataclass
class Answering:
    """A service in a thread; `taken` are the requests that its early dispatch took."""

    port: int
    taken: list[bytes] = field(default_factory=list)

    def ask(self, *pieces: bytes) -> Answer:
        """Send a request in pieces over a connection of its own, and return its answer."""
        with self.connection() as wire:
            for piece in pieces:
                wire.send(piece)
            return wire.answer()

    @contextmanager
    def connection(self) -> Iterator[Wire]:
        """Connect to it; what is sent comes in pieces as it is sent."""
        address = "127.0.0.1", self.port
        with socket.create_connection(address, timeout=PATIENCE) as opened:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield Wire(opened)


def settings_of(bundle: Path, **serving: Any) -> Settings:
    """Return the sample's settings for a bundle, with some of the service's changed."""
    settings = read_settings()
    changed = {
        "serving": settings.serving.model_copy(update=serving),
        "log": settings.log.model_copy(update={"predictions": "none"}),
        "paths": settings.paths.model_copy(update={"bundle": bundle}),
    }
    return settings.model_copy(update=changed)


@contextmanager
def answering(settings: Settings, early: bool) -> Iterator[Answering]:
    """Serve in a thread until the block ends."""
    state = State()
    app = create_app(settings, state)
    dispatch, listening = app.state.early, socket.create_server(("127.0.0.1", 0))
    service = Answering(listening.getsockname()[1])
    if early:
        exchange = dispatch.exchange

        def counted(connection: Any, url: bytes, headers: Any) -> Any:
            if found := exchange(connection, url, headers):
                service.taken.append(url)
            return found

        dispatch.exchange = counted
    options = server_options(settings, dispatch if early else None)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, **options))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        wait_for(lambda: state.served is not None, "a served model")
        yield service
    finally:
        server.should_exit = True
        thread.join()


def told(answer: Answer) -> tuple[int, list[tuple[str, str]], Any]:
    """Return all of an answer that is the same each time, headers in their order."""
    headers = [each for each in answer.headers.items() if each[0] not in ("date", "x-request-id")]
    body = answer.body
    if answer.headers.get("content-type") == "application/problem+json":
        problem = json.loads(body)
        assert problem.pop("request_id") == answer.headers["x-request-id"]
        body = json.dumps(problem).encode()
    return answer.status, headers, body
