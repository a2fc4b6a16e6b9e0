"""A bundle's model, ready to answer: request bytes in, answer bytes out."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from pydantic_core import to_json

from ..bundle.engines import Engine, Unanswerable
from ..bundle.metadata import Metadata
from ..bundle.rows import columns_by_name
from ..bundle.schema import Schema
from ..contract.findings import Row
from ..contract.problems import Refusal
from ..contract.route import PredictionRoute, Unfit
from ..tasks import TASKS, Outputs
from .metrics import Metrics
from .prediction_log import PredictionLog

T = TypeVar("T")

ModelCall = Callable[[int], AbstractContextManager[object]]
"""A function that begins the span of a model's call, told the number of rows."""

_UNTRACED = nullcontext()

_INLINE_BYTES = 64 * 1024
"""Longest body that is read so fast that an event loop may wait for it."""


def untraced(rows: int) -> AbstractContextManager[object]:
    """Trace nothing."""
    return _UNTRACED


class Predictor:
    """Validates, predicts, counts and logs for one bundle."""

    def __init__(
        self,
        schema: Schema,
        metadata: Metadata,
        engine: Engine,
        metrics: Metrics,
        log: PredictionLog | None,
        model_call: ModelCall = untraced,
    ) -> None:
        """Join what a bundle holds, its engine, and what keeps account of its answers."""
        self._schema, self._task = schema, TASKS[schema.task]
        self._engine, self._metrics, self._log = engine, metrics, log
        self._model = {"model": metadata.name, "version": metadata.version}
        self._id = schema.id or ""
        self._turn = asyncio.Lock()
        self._model_call = model_call

    async def answer(self, route: PredictionRoute, body: bytes, request_id: str) -> bytes:
        """Answer a request.

        Raises:
            Refusal: The body does not fit, or the model has no answer for its values.
        """
        large = len(body) > _INLINE_BYTES
        try:
            rows = await self._read(route, body) if large else route.parse(body)
        except Unfit as unfit:
            raise await self._in_turn(unfit.refusal) from None
        outputs = await self._run(rows)
        values = self._task.values(outputs, self._schema.classes)
        self._count(values)
        answer = route.answer(outputs, values)
        if self._log:
            ids = [row.get(self._id) for row in rows]
            self._log.add(self._model, request_id, ids, self._each(outputs))
        return to_json(answer)

    async def _read(self, route: PredictionRoute, body: bytes) -> list[Row]:
        found = await self._in_turn(lambda: route.read(body))
        if isinstance(found, Refusal):
            raise found
        return found

    async def _in_turn(self, work: Callable[[], T]) -> T:
        """Work beside the event loop; one at a time, for each may take a hundred times its body."""
        async with self._turn:
            return await asyncio.to_thread(work)

    async def _run(self, rows: list[Row]) -> Outputs:
        columns = columns_by_name(self._schema.features, rows)
        try:
            # Few rows are answered sooner than another thread would begin.
            inline = len(rows) <= self._engine.inline_rows
            run = self._engine.run
            with self._model_call(len(rows)):
                outputs = run(columns) if inline else await asyncio.to_thread(run, columns)
        except Unanswerable as error:
            detail = f"The model has no answer for these values: {error}."
            raise Refusal(422, "No answer", detail) from None
        return self._task.within_range(outputs)

    def _count(self, values: list[Any]) -> None:
        for answer, rows in self._task.counted(values).items():
            self._metrics.predicted(answer, rows)

    def _each(self, outputs: Outputs) -> list[Any]:
        names = self._task.names(self._schema.flags)
        return [dict(zip(names, row, strict=True)) for row in outputs.tolist()]
