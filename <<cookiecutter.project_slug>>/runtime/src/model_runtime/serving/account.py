"""The account of each request, whichever way it was answered."""

import time

from .access_log import AccessLog
from .metrics import Metrics


class Account:
    """Takes note of requests once they are answered."""

    def __init__(self, metrics: Metrics, access: AccessLog | None = None) -> None:
        """Count and time them, and log them if there is an access log."""
        self._metrics, self._access = metrics, access

    def answered(
        self, request_id: str, method: str, path: str, route: str, status: int, started: float
    ) -> None:
        """Take note of a request.

        Args:
            request_id: Its id.
            method: Its method.
            path: The path that it was sent to.
            route: The path of the route that answered, "none" for none.
            status: What it was answered.
            started: When it came, by `time.perf_counter`.
        """
        self._metrics.observe(route, method, status, time.perf_counter() - started)
        if self._access:
            self._access.add(request_id, method, path, status, started)

    def close(self) -> None:
        """Write what the access log has collected."""
        if self._access:
            self._access.flush()
