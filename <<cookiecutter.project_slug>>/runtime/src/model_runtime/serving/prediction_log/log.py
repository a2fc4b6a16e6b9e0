"""The prediction log: what has been answered is kept by reference, and written many at once."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from itertools import groupby

import numpy as np
from msgspec import Struct

from ...bundle.metadata import Metadata
from ...bundle.schema import Schema
from ...contract.findings import Row
from ...settings import Log
from ...settings.types import time_zone
from ...tasks import Outputs
from .best import answers
from .event import Event
from .features import Shown
from .sink import Sink

_DELAY = 0.1
"""Seconds that answers wait to be written together."""

_ENOUGH = 200
"""Rows that are written without waiting for more; they hold the event loop for less than 1 ms."""


_TO_SECONDS = len("2000-01-01T00:00:00")


class Answered(Struct, gc=False):
    """A request that was answered; times are of `time.perf_counter`."""

    model: "ModelLog"
    route: str
    request_id: str
    rows: Sequence[Row]
    outputs: Outputs
    started: float
    ended: float


class PredictionLog:
    """The log of a process, for all models that it serves; only its event loop calls it."""

    def __init__(self, settings: Log, sink: Sink) -> None:
        """Log by settings, to a sink."""
        self._settings, self._sink = settings, sink
        self._clock = Clock(time_zone(settings.time_zone))
        self._waiting: list[Answered] = []
        self._rows = 0
        self._timer: asyncio.TimerHandle | None = None

    def of(self, schema: Schema, metadata: Metadata) -> "ModelLog":
        """Return the log of a bundle's model.

        Raises:
            ProjectError: `log.features` names what is no feature of it.
        """
        return ModelLog(self._settings, schema, metadata, self._add)

    def _add(self, answered: Answered) -> None:
        if not self._waiting:
            self._timer = asyncio.get_running_loop().call_later(_DELAY, self.flush)
        self._waiting.append(answered)
        before, self._rows = self._rows, self._rows + len(answered.rows)
        if before < _ENOUGH <= self._rows:
            asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Hand what has been collected to the sink."""
        waiting, self._waiting, self._rows = self._waiting, [], 0
        if self._timer:
            self._timer.cancel()  # it would part what waits next
        since = time.time() - time.perf_counter()
        for model, group in groupby(waiting, key=lambda answered: answered.model):
            requests = list(group)
            times = [since + request.ended for request in requests]
            events = model.events(requests, map(self._clock.text, times))
            self._sink.add(events, _each(times, requests))

    def close(self) -> None:
        """Write what is left, or give up after a few seconds."""
        self.flush()
        self._sink.close()


def _each(times: list[float], requests: Sequence[Answered]) -> list[float]:
    """Return the time of each row."""
    if len(times) == sum(len(request.rows) for request in requests):
        return times
    return [at for at, request in zip(times, requests, strict=True) for _ in request.rows]


class Clock:
    """Times as texts of ISO 8601 in a time zone, to the millisecond."""

    def __init__(self, zone: tzinfo) -> None:
        """Write in a time zone."""
        self._zone = zone
        self._last, self._text = -1, ""

    def text(self, at: float) -> str:
        """Return a time, given in seconds since 1970; those of one millisecond share a text."""
        at_ms = int(at * 1e3)
        if at_ms != self._last:
            second, ms = divmod(at_ms, 1000)
            text = datetime.fromtimestamp(second, self._zone).isoformat()
            self._last, self._text = at_ms, f"{text[:_TO_SECONDS]}.{ms:03d}{text[_TO_SECONDS:]}"
        return self._text


class ModelLog:
    """The log of one model."""

    def __init__(
        self, settings: Log, schema: Schema, metadata: Metadata, add: Callable[[Answered], None]
    ) -> None:
        """Log by settings; see `PredictionLog.of`."""
        key = settings.hash_key.get_secret_value() if settings.hash_key else None
        self._shown = Shown(schema, settings.features, key)
        self._answers = answers(schema, settings.classes)
        self._add = add
        created = metadata.created.isoformat()
        self._about = metadata.name, metadata.version, str(metadata.uuid), created

    def add(
        self, route: str, request_id: str, rows: Sequence[Row], outputs: Outputs, started: float
    ) -> None:
        """Log a request that is answered; nothing of it may change any more.

        Args:
            route: The path that it was sent to.
            request_id: The request's.
            rows: What was asked.
            outputs: The model's, a row each.
            started: When it came, by `time.perf_counter`.
        """
        now = time.perf_counter()
        self._add(Answered(self, route, request_id, rows, outputs, started, now))

    def events(self, requests: Sequence[Answered], times: Iterable[str]) -> list[Event]:
        """Return the events of requests, one for each row."""
        answers = iter(self._answers(np.concatenate([request.outputs for request in requests])))
        shown_id, shown_features = self._shown.id, self._shown.features
        model, version, uuid, created = self._about
        events: list[Event] = []
        for request, at in zip(requests, times, strict=True):
            taken = round((request.ended - request.started) * 1e3, 3)
            request_id, route = request.request_id, request.route
            for number, row in enumerate(request.rows):
                prediction, class_name, probability, names, shares = next(answers)
                events.append(
                    Event(
                        "prediction",
                        at,
                        request_id,
                        number,
                        route,
                        shown_id(row),
                        prediction,
                        class_name,
                        probability,
                        names,
                        shares,
                        shown_features(row),
                        model,
                        version,
                        uuid,
                        created,
                        taken,
                    )
                )
        return events
