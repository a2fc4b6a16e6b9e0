"""The account of each request, whichever way it was answered."""

import asyncio
import time

from .access_log import AccessLog
from .metrics import Metrics, Request

_DELAY = 0.1
"""Seconds that requests wait to be counted together, which costs a tenth of one by one."""


class Account:
    """Takes note of requests once they are answered; only the event loop calls it."""

    def __init__(self, metrics: Metrics, access: AccessLog | None = None) -> None:
        """Count and time them, and log them if there is an access log."""
        self._metrics, self._access = metrics, access
        self._waiting: list[Request] = []

    def answered(
        self, request_id: str, method: str, path: str, route: str, status: int, started: float
    ) -> float:
        """Take note of a request, and return the seconds that it took.

        Args:
            request_id: Its id.
            method: Its method.
            path: The path that it was sent to.
            route: The path of the route that answered, "none" for none.
            status: What it was answered.
            started: When it came, by `time.perf_counter`.
        """
        if not self._waiting:
            asyncio.get_running_loop().call_later(_DELAY, self.count)
        seconds = time.perf_counter() - started
        self._waiting.append(((route, method, status), seconds))
        if self._access:
            self._access.add(request_id, method, path, status, started)
        return seconds

    def count(self) -> None:
        """Count the requests that wait for it."""
        waiting, self._waiting = self._waiting, []
        self._metrics.observe(waiting)

    def text(self) -> bytes:
        """Return the metrics, the last request among them (Prometheus text format)."""
        self.count()
        return self._metrics.text()

    def close(self) -> None:
        """Count and write what has been collected."""
        self.count()
        if self._access:
            self._access.flush()
