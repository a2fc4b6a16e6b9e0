"""The metrics that Prometheus reads at /metrics."""

import os
from bisect import bisect_left
from collections import Counter as Counts
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import product

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from ..bundle.metadata import Metadata
from .output import STREAMS
from .prediction_log import SINKS

OUTCOMES = ("switched", "same", "refused")
"""Outcomes of a reload."""

REASONS = ("connections", "in_flight")
"""Bounds that a prediction can meet: `serving.max_connections` and `serving.max_in_flight`."""

ANSWERS = (200, 400, 401, 413, 415, 422, 429, 500, 503)
"""Statuses that a prediction can have."""

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


Request = tuple[tuple[str, str, int], float]
"""Route, method and status of a request, and the seconds that its answer took."""


class _Times(Histogram):
    """A histogram that takes many values at once."""

    def observe_all(self, values: Sequence[float]) -> None:
        """Do as `observe` does for each, with a lock for each bucket instead of two for each."""
        self._sum.inc(sum(values))
        places = Counts(bisect_left(self._upper_bounds, value) for value in values)
        for place, count in places.items():
            self._buckets[place].inc(count)


class Metrics:
    """Counters of one process; with several workers, summed up when they are read."""

    def __init__(self) -> None:
        """Start at zero."""
        self.registry = CollectorRegistry()
        labels = ["route", "method", "status"]
        requests = Counter("http_requests", "Requests answered", labels, registry=self.registry)
        seconds = _Times(
            "http_request_duration_seconds",
            "Time to answer",
            ["route"],
            registry=self.registry,
            buckets=_SECONDS,
        )
        predictions = Counter("predictions", "Rows predicted", ["outcome"], registry=self.registry)
        # Looking a label's counter up costs more than counting.
        self._requests = cache(requests.labels)
        self._seconds = cache(seconds.labels)
        self._predictions = cache(predictions.labels)
        self._served: tuple[str, str, str] | None = None
        self._model = Gauge(
            "model_info",
            "1 for the model that is served",
            ["name", "version", "engine"],
            registry=self.registry,
            # Of several workers the last to speak of a model is right; one may have died since.
            multiprocess_mode="mostrecent",
        )
        reloads = Counter(
            "model_reloads", "Bundles looked at anew", ["outcome"], registry=self.registry
        )
        self._reloads = {outcome: reloads.labels(outcome) for outcome in OUTCOMES}
        dropped = Counter(
            "log_lines_dropped",
            "Lines that standard output or error, or the prediction log's sink, did not take",
            ["stream"],
            registry=self.registry,
        )
        self._dropped = {stream: dropped.labels(stream) for stream in (*STREAMS, *SINKS)}

        turned_away = Counter(
            "predictions_turned_away",
            "Requests refused for want of room",
            ["reason"],
            registry=self.registry,
        )
        self._turned_away = {reason: turned_away.labels(reason) for reason in REASONS}

    def expect(self, routes: Iterable[str]) -> None:
        """Start counters of predictions at 0: `increase()` can't see a counter's first value."""
        for route, status in product(routes, ANSWERS):
            self._requests(route, "POST", status)

    def observe(self, requests: Sequence[Request]) -> None:
        """Count requests."""
        for labels, count in Counts(labels for labels, _ in requests).items():
            self._requests(*labels).inc(count)
        by_route: dict[str, list[float]] = {}
        for (route, _, _), seconds in requests:
            by_route.setdefault(route, []).append(seconds)
        for route, times in by_route.items():
            self._seconds(route).observe_all(times)

    def predicted(self, outcome: str, rows: int) -> None:
        """Count rows that were answered with a class, or with a number (`value`)."""
        self._predictions(outcome).inc(rows)

    def serves(self, metadata: Metadata) -> None:
        """Name the model that is served from now on."""
        if self._served:
            # Workers share files, in which what was said stays: 0 takes it back.
            self._model.labels(*self._served).set(0)
            self._model.clear()
        self._served = (metadata.name, str(metadata.version), metadata.engine)
        self._model.labels(*self._served).set(1)

    def reloaded(self, outcome: str) -> None:
        """Count a reload by one of the `OUTCOMES`."""
        self._reloads[outcome].inc()

    def turned_away(self, reason: str) -> None:
        """Count a request that met one of the bounds (`REASONS`)."""
        self._turned_away[reason].inc()

    def dropped(self, stream: str, lines: int) -> None:
        """Count lines that were not logged."""
        self._dropped[stream].inc(lines)

    def text(self) -> bytes:
        """Return the exposition (Prometheus text format)."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)
