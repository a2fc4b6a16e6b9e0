"""The time that clients get, and the connections that they may hold."""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from dataclasses import dataclass, field
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


@dataclass
class Limits:
    """Bounds for the connections of one process.

    `waiting` holds those that wait for their client (to ask, to go on asking, to take an answer),
    the one that has waited longest first.
    """

    seconds: int
    connections: int
    waiting: dict[PatientConnection, None] = field(default_factory=dict)


class PatientConnection(HttpToolsProtocol):
    """uvicorn's connection, which waits for its client, but not forever and not for all at once.

    A request has to come whole, and an answer to be taken, within `limits.seconds`. Of too many
    connections those that have waited longest are ended. Neither costs a timer where a request
    comes in one piece and its answer is taken at once, as nearly all do; and a connection has one
    timer for its idle time, however many requests come.
    """

    def __init__(self, *args: Any, limits: Limits, **options: Any) -> None:
        """Belong to a process's connections."""
        super().__init__(*args, **options)
        self._limits = limits
        self._deadline: TimerHandle | None = None
        self._is_idle = False
        self._idle_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a first request as long as for a further one."""
        super().connection_made(transport)
        self._wait_for_request()
        if len(self.connections) > self._limits.connections:
            longest = next(iter(self._limits.waiting))
            if longest is not self:
                longest.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None
        self._stop_waiting()

    def end(self) -> None:
        """End it now, whatever its client has not taken."""
        self.connections.discard(self)
        self._stop_waiting()
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def timeout_keep_alive_handler(self) -> None:
        """End a connection that has been idle for long enough; else look again when it may be."""
        self.timeout_keep_alive_task = None
        if not self._is_idle:
            return
        if (left := self._idle_since + self.timeout_keep_alive - self.loop.time()) > 0:
            self._look_after(left)
        else:
            self.end()

    def _unset_keepalive_if_required(self) -> None:
        """Go on; the timer finds out by itself, when it comes."""
        self._is_idle = False

    def on_response_complete(self) -> None:
        """Wait for the client to take the answer, and for its next request."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            if self.transport.get_write_buffer_size():
                self._wait()
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        else:
            self._wait_for_request()

    def pause_writing(self) -> None:
        """Wait for the client to take what it was sent."""
        super().pause_writing()
        self._wait()

    def resume_writing(self) -> None:
        """Go on answering, or wait for the next request."""
        super().resume_writing()
        self._stop_waiting()
        if self.is_answered:
            self._wait_for_request()

    @property
    def is_answered(self) -> bool:
        """Has each request on it got its answer?"""
        return self.cycle is None or self.cycle.response_complete

    def _wait_for_request(self) -> None:
        self._limits.waiting[self] = None
        self._is_idle = True
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_after(self.timeout_keep_alive)

    def _look_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )

    def _wait(self, seconds: float | None = None) -> None:
        """Wait for what has to come in time."""
        self._limits.waiting.setdefault(self, None)
        if self._deadline is None:
            self._deadline = self.loop.call_later(
                seconds or self._limits.seconds, self._come_too_late
            )

    def _stop_waiting(self) -> None:
        self._limits.waiting.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _come_too_late(self) -> None:
        self._deadline = None
        self.end()
