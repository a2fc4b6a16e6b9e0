"""A user: one connection, on which a request follows an answer."""

import asyncio
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any, cast

import httptools

from .measured import Watch

PATIENCE = 30.0
"""Seconds that a user waits for an answer."""

AGAIN = 0.1
"""Seconds until a user tries again to connect."""


class User(asyncio.Protocol):
    """Asks until it is told to stop; connects anew where the service ends the connection.

    With a pace, requests are due at fixed times. One that is late, because the answer before it
    was, is measured from when it was due: a service that stops for a second has made all wait who
    would have come meanwhile ("coordinated omission").
    """

    def __init__(
        self,
        requests: list[bytes],
        watch: Watch,
        connect: Callable[["User"], Any],
        pace: tuple[float, float] | None,
    ) -> None:
        """Make a user, who is not connected yet.

        Args:
            requests: Sent in turn, over and over.
            watch: Notes the answers.
            connect: Connects the user, by a coroutine.
            pace: When the first request is due, and the seconds from one to the next; without it, a
                request follows each answer at once.
        """
        self._next = cycle(requests).__next__
        self._watch, self._connect = watch, connect
        self._due, self._every = pace or (0.0, 0.0)
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.stopping = False
        self.since: float | None = None
        """When the request under way was sent, or due; None between two."""

    async def run(self) -> None:
        """Connect; the rest follows by itself."""
        try:
            await self._connect(self)
        except OSError as error:
            self._watch.failed(f"not connected: {error.strerror or error}")
            if not self.stopping:
                await asyncio.sleep(AGAIN)
                self._again()

    def stop(self) -> None:
        """Send nothing more."""
        self.stopping = True
        if self._timer:
            self._timer.cancel()
        if self.since is None:
            self.end()

    def end(self) -> None:
        """End the connection, whatever is under way."""
        if self._transport:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to ask."""
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpResponseParser(self)
        if self.stopping:
            self.end()
        else:
            self._begin()

    def data_received(self, data: bytes) -> None:
        """Read an answer, or a part of it."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"no HTTP: {error}")
            self.end()

    def on_message_complete(self) -> None:
        """Note the answer, and go on."""
        status, since = self._parser.get_status_code(), self.since
        if since is None:
            self._watch.failed("an answer that nobody asked for")
            return
        self.since = None
        if status == 200:
            self._watch.answered(time.perf_counter() - since)
        else:
            self._watch.failed(f"status {status}")
        if self.stopping or not self._parser.should_keep_alive():
            self.end()
        else:
            self._begin()

    def connection_lost(self, error: Exception | None) -> None:
        """Connect anew."""
        self._transport = None
        if self._timer:
            self._timer.cancel()
        if self.since is not None:
            self._fail(f"connection lost{f': {error}' if error else ''}")
        if not self.stopping:
            self._again()

    def _fail(self, reason: str) -> None:
        """Note that the request under way has failed."""
        late = self.since is not None and time.perf_counter() - self.since > PATIENCE
        self._watch.failed(f"no answer in {PATIENCE:.0f} s" if late else reason)
        self.since = None

    def _again(self) -> None:
        task = asyncio.get_running_loop().create_task(self.run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _begin(self) -> None:
        """Send the next request when it is due."""
        now = time.perf_counter()
        if not self._every:
            self._ask(now)
        elif self._due <= now:
            self._ask(self._due)
        else:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._due - now, self._ask_in_time)

    def _ask_in_time(self) -> None:
        self._ask(time.perf_counter())

    def _ask(self, since: float) -> None:
        self.since = since
        self._due += self._every
        if self._transport:
            self._transport.write(self._next())
