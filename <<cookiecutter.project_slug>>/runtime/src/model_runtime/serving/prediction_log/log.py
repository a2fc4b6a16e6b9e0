"""The prediction log: little is kept of what has been answered, and written many at once."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Any

import numpy as np
from msgspec import Struct, UnsetType

from ...bundle.metadata import Metadata
from ...bundle.schema import Schema
from ...settings import Log
from ...settings.types import time_zone
from ...tasks import Outputs
from ..batcher import Question
from .best import answers
from .event import Event
from .features import Shown
from .sink import Sink

_DELAY = 0.1
"""Seconds that answers wait to be written together."""

_ENOUGH = 200
"""Rows that are written without waiting for more; they hold the event loop for less than 1 ms."""


_TO_SECONDS = len("2000-01-01T00:00:00")


Asked = tuple[str, str, int, str, str | UnsetType | None, dict[str, Any] | UnsetType, float]
"""An event's time, request id, row, route, ID and features, and the seconds that it took.

No row is kept: what is can't be used again at once, so that a request takes memory that is cold.
"""


class Answered(Struct, gc=False):
    """Rows that were answered together."""

    model: "ModelLog"
    at: float
    outputs: Outputs
    asked: list[Asked]


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
        return ModelLog(self._settings, schema, metadata, self._clock, self._add)

    def _add(self, answered: Answered) -> None:
        if not self._waiting:
            self._timer = asyncio.get_running_loop().call_later(_DELAY, self.flush)
        self._waiting.append(answered)
        before, self._rows = self._rows, self._rows + len(answered.asked)
        if before < _ENOUGH <= self._rows:
            asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Hand what has been collected to the sink."""
        waiting, self._waiting, self._rows = self._waiting, [], 0
        if self._timer:
            self._timer.cancel()  # it would part what waits next
        for model, group in groupby(waiting, key=lambda answered: answered.model):
            parts = list(group)
            times = [part.at for part in parts for _ in part.asked]
            self._sink.add(model.events(parts), times)

    def close(self) -> None:
        """Write what is left, or give up after a few seconds."""
        self.flush()
        self._sink.close()


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
        self,
        settings: Log,
        schema: Schema,
        metadata: Metadata,
        clock: Clock,
        add: Callable[[Answered], None],
    ) -> None:
        """Log by settings; see `PredictionLog.of`."""
        key = settings.hash_key.get_secret_value() if settings.hash_key else None
        self._shown = Shown(schema, settings.features, key)
        self._answers = answers(schema, settings.classes)
        self._clock, self._add = clock, add
        created = metadata.created.isoformat()
        self._about = metadata.name, metadata.version, str(metadata.uuid), created

    def add(self, questions: Sequence[Question], outputs: Outputs) -> None:
        """Log questions that have just been answered.

        Args:
            questions: What was asked.
            outputs: The model's for all their rows, which may not change any more.
        """
        at = time.time()
        when = self._clock.text(at)
        shown_id, shown_features = self._shown.id, self._shown.features
        asked = [
            (
                when,
                question.request_id,
                number,
                question.route.path,
                shown_id(row),
                shown_features(row),
                question.seconds,
            )
            for question in questions
            for number, row in enumerate(question.rows)
        ]
        self._add(Answered(self, at, outputs, asked))

    def events(self, parts: Sequence[Answered]) -> list[Event]:
        """Return the events of what was answered, one for each row."""
        answers = self._answers(np.concatenate([part.outputs for part in parts]))
        asked = [row for part in parts for row in part.asked]
        model, version, uuid, created = self._about
        return [
            Event(
                "prediction",
                when,
                request_id,
                number,
                route,
                id_,
                prediction,
                class_name,
                probability,
                names,
                shares,
                features,
                model,
                version,
                uuid,
                created,
                round(seconds * 1e6) / 1e3,
            )
            for (
                (when, request_id, number, route, id_, features, seconds),
                (prediction, class_name, probability, names, shares),
            ) in zip(asked, answers, strict=True)
        ]
