"""One JSON line a prediction, on standard output, for whatever collects logs."""

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic_core import to_json

from ..bundle.metadata import Metadata
from ..bundle.schema import Schema
from ..contract.findings import Row
from ..tasks import TASKS, Outputs

_DELAY = 0.1
"""Seconds that lines wait to be written together."""

_TOGETHER = 256
"""Requests that are written at once: the loop waits no longer than for one of many rows."""


class _Entry(NamedTuple):
    """A request that is logged."""

    model: "ModelLog"
    request_id: str
    rows: Sequence[Row]
    outputs: Outputs
    started: float


class PredictionLog:
    """Collects what was answered and writes it between requests; inputs are never logged."""

    def __init__(self) -> None:
        """Log for all models that the process serves."""
        self._entries: list[_Entry] = []

    def of(self, schema: Schema, metadata: Metadata) -> "ModelLog":
        """Return the log of one model's answers."""
        return ModelLog(self, schema, metadata)

    def add(self, entry: _Entry) -> None:
        """Keep a request, to write it with others."""
        self._entries.append(entry)
        if len(self._entries) == 1:
            asyncio.get_running_loop().call_later(_DELAY, self.flush)
        elif len(self._entries) == _TOGETHER:
            asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Write what has been collected."""
        if self._entries:
            entries, self._entries = self._entries, []
            lines = [line for entry in entries for line in entry.model.lines(entry)]
            sys.stdout.buffer.write(b"".join(lines))
            sys.stdout.buffer.flush()


class ModelLog:
    """The log of one model's answers."""

    def __init__(self, log: PredictionLog, schema: Schema, metadata: Metadata) -> None:
        """Name the model and its version in each line."""
        self._log, self._id = log, schema.id or ""
        self._names = TASKS[schema.task].names(schema.flags)
        model = to_json({"model": metadata.name, "version": metadata.version})
        self._model = model[1:-1]

    def add(
        self,
        route: str,
        request_id: str,
        rows: Sequence[Row],
        outputs: Outputs,
        started: float,
    ) -> None:
        """Log a request.

        Args:
            route: The path that it came by.
            request_id: Its id.
            rows: What was asked; of each row its own id is logged, null where it has none.
            outputs: The answers, a row each.
            started: When it came, by `time.perf_counter`.
        """
        self._log.add(_Entry(self, request_id, rows, outputs, started))

    def lines(self, entry: _Entry) -> Iterator[bytes]:
        """Yield a line for each row."""
        came = time.time() - (time.perf_counter() - entry.started)
        at = datetime.fromtimestamp(came, UTC).isoformat(timespec="milliseconds")
        about = b'{"event":"prediction","time":"%b","request_id":"%b",%b,"id":' % (
            at.encode(),
            entry.request_id.encode(),
            self._model,
        )
        for row, outputs in zip(entry.rows, entry.outputs.tolist(), strict=True):
            answer = to_json(dict(zip(self._names, outputs, strict=True)))
            yield b'%b%b,"answer":%b}\n' % (about, to_json(row.get(self._id)), answer)
