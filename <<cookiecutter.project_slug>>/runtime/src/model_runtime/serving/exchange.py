"""A request and its answer, without an ASGI application between them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from ..contract.findings import Row
from ..contract.problems import Refusal
from ..contract.route import Unfit
from ..tasks import Outputs
from .body import unmarked
from .reply import failure, written

if TYPE_CHECKING:
    from .early_connection import EarlyConnection
    from .early_dispatch import EarlyDispatch, Way


class Exchange:
    """A request for a prediction; its connection has it where other requests have their cycle."""

    __slots__ = (
        "_connection",
        "_early",
        "_is_admitted",
        "_way",
        "body",
        "disconnected",
        "headers",
        "keep_alive",
        "request_id",
        "response_complete",
        "route",
        "rows",
        "seconds",
        "started",
        "url",
    )
    response_started = False  # an answer is written at once, or not yet

    def __init__(
        self,
        early: EarlyDispatch,
        connection: EarlyConnection,
        way: Way,
        url: bytes,
        headers: list[tuple[bytes, bytes]],
        request_id: str,
    ) -> None:
        """Begin with a head, before the body has come."""
        self.started = time.perf_counter()
        self._early, self._connection, self._way = early, connection, way
        self.url, self.headers, self.request_id = url, headers, request_id
        self.route = way.route
        self.body: bytes | bytearray = b""
        self.rows: list[Row] = []
        self.keep_alive = True
        self.disconnected = self.response_complete = self._is_admitted = False
        self.seconds = 0.0

    @property
    def message_event(self) -> Exchange:
        """The cycle's event, by which others tell that the client is gone; nobody waits for it."""
        return self

    def set(self) -> None:
        """See `message_event`."""

    def take(self, piece: bytes) -> None:
        """Take a piece of the body."""
        if not self.body:
            self.body = piece
        else:
            self.body = bytearray(self.body) if isinstance(self.body, bytes) else self.body
            self.body += piece

    def start(self) -> None:
        """Ask the model, as soon as the body is whole."""
        try:
            self._early.admission.enter()
            self._is_admitted = True
            self.rows = self.route.parse(unmarked(bytes(self.body)))
        except Unfit as unfit:
            self._connection.loop.create_task(self._search(unfit))
        except Exception as error:
            self.failed(error)
        else:
            self._way.predictor.ask(self)

    async def _search(self, unfit: Unfit) -> None:
        try:
            self.failed(await self._way.predictor.found(unfit))
        except Exception as error:
            self.failed(error)

    def answered(self, outputs: Outputs, values: list[Any]) -> None:
        """See `Question`."""
        way, request_id = self._way, self.request_id
        content = to_json(self.route.answer(outputs, values))
        begin = self._early.begin(self._connection.server_state.default_headers)
        length, named = b"%d" % len(content), request_id.encode()
        end = b"\r\n\r\n" if self._goes_on() else b"\r\nconnection: close\r\n\r\n"
        parts = (begin, length, way.version_line, named, self._early.end, end, content)
        self._write(200, b"".join(parts))

    def failed(self, error: Exception) -> None:
        """See `Question`."""
        if isinstance(error, Refusal):
            error.headers["x-model-version"] = self._way.version
        else:
            error = failure(self.request_id, error)
        server, is_last = self._connection.server_state, not self._goes_on()
        added = self._early.added
        answer = written(error, self.request_id, server.default_headers, added, is_last=is_last)
        self._write(error.status, answer)

    def _goes_on(self) -> bool:
        """Say whether its connection stays open."""
        self.keep_alive &= not self._early.state.closing
        return self.keep_alive

    def _write(self, status: int, answer: bytes) -> None:
        """Send the whole answer."""
        early, connection = self._early, self._connection
        if self._is_admitted:
            self._is_admitted = False
            early.admission.leave()
        # Where its client has asked again meanwhile, only that request hears that it is gone.
        is_gone = self.disconnected or connection.transport.is_closing()
        if not is_gone and not self.response_complete:
            self.response_complete = True
            connection.transport.write(answer)
            if not self.keep_alive:
                connection.transport.close()
            connection.on_response_complete()
        path, route = self.url.decode("latin-1"), self.route.path
        self.seconds = early.account.answered(
            self.request_id, "POST", path, route, status, self.started
        )
