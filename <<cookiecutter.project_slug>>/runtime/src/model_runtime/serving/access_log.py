"""The access log: a line of JSON a request, on standard output, written many at once."""

import asyncio
import sys
import time

from msgspec import Struct

from ..settings import Log
from ..settings.types import time_zone
from .prediction_log.log import Clock
from .prediction_log.sink import json_lines

_DELAY = 0.1
"""Seconds that lines wait to be written together."""


class Request(Struct, gc=False):
    """A request, as it was answered."""

    event: str
    time: str
    request_id: str
    method: str
    path: str
    status: int
    milliseconds: float


class AccessLog:
    """The log of a process; only its event loop calls it."""

    def __init__(self, settings: Log) -> None:
        """Log by settings."""
        self._clock = Clock(time_zone(settings.time_zone))
        self._waiting: list[tuple[tuple[str, str, str, int], float, float]] = []

    def add(self, request_id: str, method: str, path: str, status: int, started: float) -> None:
        """Log a request.

        Args:
            request_id: The request's.
            method: Its method.
            path: What it asked for, without what follows a question mark.
            status: What it was answered.
            started: When it came, by `time.perf_counter`.
        """
        if not self._waiting:
            asyncio.get_running_loop().call_later(_DELAY, self.flush)
        about = request_id, method, path, status
        self._waiting.append((about, started, time.perf_counter()))

    def flush(self) -> None:
        """Write what has been collected."""
        waiting, self._waiting = self._waiting, []
        since, text = time.time() - time.perf_counter(), self._clock.text
        lines = [
            Request("request", text(since + ended), *about, round((ended - started) * 1e3, 3))
            for about, started, ended in waiting
        ]
        sys.stdout.buffer.write(json_lines(lines))
        sys.stdout.buffer.flush()
