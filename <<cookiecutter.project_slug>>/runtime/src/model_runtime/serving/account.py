"""The account of each request, whichever way it was answered."""

import time

from .metrics import Metrics


class Account:
    """Takes note of requests once they are answered."""

    def __init__(self, metrics: Metrics) -> None:
        """Count and time them."""
        self._metrics = metrics

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
