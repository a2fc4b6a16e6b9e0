"""A bundle's model, ready to answer: request bytes in, answer bytes out."""

import asyncio
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from ..bundle.engines import Engine, Unanswerable
from ..bundle.metadata import Metadata
from ..bundle.rows import columns_from
from ..bundle.schema import Schema
from ..tasks import TASKS, Outputs
from .answers import Operation
from .metrics import Metrics
from .prediction_log import PredictionLog
from .problems import Refusal, invalid


class Predictor:
    """Validates, predicts, counts and logs for one bundle."""

    def __init__(
        self,
        schema: Schema,
        metadata: Metadata,
        engine: Engine,
        metrics: Metrics,
        log: PredictionLog | None,
    ) -> None:
        """Join what a bundle holds, its engine, and what keeps account of its answers."""
        self._schema, self._task = schema, TASKS[schema.task]
        self._engine, self._metrics, self._log = engine, metrics, log
        self._model = {"model": metadata.name, "version": metadata.version}
        self._attributes = [f"f{k}" for k in range(len(schema.features))]
        self._labels = {feature.name: feature.labels or [] for feature in schema.features}
        self._names = [*self._labels, *([schema.id] if schema.id else [])]

    async def answer(self, operation: Operation, body: bytes, request_id: str) -> bytes:
        """Answer a request.

        Raises:
            Refusal: The body does not fit, or the model has no answer for its values.
        """
        try:
            rows = operation.rows(operation.parse(body))
        except ValidationError as error:
            raise invalid(error, self._labels, self._names) from None
        outputs = await self._run(rows)
        self._count(outputs)
        answer = operation.answer(outputs)
        if self._log:
            ids = [getattr(row, "id", None) for row in rows]
            self._log.add(self._model, request_id, ids, self._each(outputs))
        return to_json(answer)

    async def _run(self, rows: Sequence[BaseModel]) -> Outputs:
        values = [[row.__dict__[name] for name in self._attributes] for row in rows]
        columns = columns_from(self._schema.features, values)
        try:
            # Few rows are answered sooner than another thread would begin.
            inline = len(rows) <= self._engine.inline_rows
            run = self._engine.run
            outputs = run(columns) if inline else await asyncio.to_thread(run, columns)
        except Unanswerable as error:
            detail = f"The model has no answer for these values: {error}."
            raise Refusal(422, "No answer", detail) from None
        return self._task.within_range(outputs)

    def _count(self, outputs: Outputs) -> None:
        for answer, rows in self._task.counted(outputs, self._schema.classes).items():
            self._metrics.predicted(answer, rows)

    def _each(self, outputs: Outputs) -> list[Any]:
        names = self._task.names(self._schema.flags)
        return [dict(zip(names, row, strict=True)) for row in outputs.tolist()]
