"""A bundle's model, ready to answer: request bytes in, answer bytes out."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any, TypeVar

from pydantic_core import to_json

from ..bundle.engines import Engine, Unanswerable
from ..bundle.metadata import Metadata
from ..bundle.rows import RowColumns
from ..bundle.schema import Schema
from ..contract.findings import Row
from ..contract.problems import Refusal
from ..contract.route import PredictionRoute, Unfit
from ..tasks import TASKS, Outputs
from .batcher import Answers, Batcher, Question
from .metrics import Metrics
from .prediction_log import ModelLog

T = TypeVar("T")

ModelCall = Callable[[int], AbstractContextManager[object]]
"""A function that begins the span of a model's call, told the number of rows."""

_UNTRACED = nullcontext()

INLINE_BYTES = 64 * 1024
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
        inline_rows: int,
        metrics: Metrics,
        log: ModelLog | None,
        model_call: ModelCall = untraced,
    ) -> None:
        """Join what a bundle holds, its engine, and what keeps account of its answers."""
        self.version = metadata.version
        self._columns, self._classes = RowColumns(schema.features), schema.classes
        self._task, self._engine = TASKS[schema.task], engine
        self._metrics = metrics
        self._batcher = Batcher(self._predict, inline_rows, log.add if log else None)
        self._turn = asyncio.Lock()
        self._model_call = model_call

    async def answer(
        self, route: PredictionRoute, body: bytes, request_id: str, started: float
    ) -> bytes:
        """Answer a request.

        Args:
            route: The route that it came by.
            body: Its JSON.
            request_id: Its id.
            started: When it came, by `time.perf_counter`.

        Raises:
            Refusal: The body does not fit, or the model has no answer for its values.
        """
        rows = await self.rows(route, body)
        question = _Awaited(route, request_id, rows, started)
        with self._model_call(len(rows)):
            self.ask(question)
            outputs, values = await question.answer
        return to_json(route.answer(outputs, values))

    async def rows(self, route: PredictionRoute, body: bytes) -> list[Row]:
        """Return the rows of a request.

        Raises:
            Refusal: The body does not fit.
        """
        large = len(body) > INLINE_BYTES
        try:
            return await self._read(route, body) if large else route.parse(body)
        except Unfit as unfit:
            raise await self.found(unfit) from None

    async def apart(self, work: Callable[[], T], rows: int) -> T:
        """Return what work with the model on some rows returns; nobody counts or logs it."""
        with self._model_call(rows):
            return await self._batcher.apart(partial(_hearable, work))

    def ask(self, question: Question) -> None:
        """Let a question be answered, with others that are asked now."""
        self._batcher.add(question)

    async def found(self, unfit: Unfit) -> Refusal:
        """Return all that there is to say against a request."""
        return await self._in_turn(unfit.refusal)

    async def _read(self, route: PredictionRoute, body: bytes) -> list[Row]:
        found = await self._in_turn(lambda: route.read(body))
        if isinstance(found, Refusal):
            raise found
        return found

    async def _in_turn(self, work: Callable[[], T]) -> T:
        """Work beside the event loop; one at a time, for each may take a hundred times its body."""
        async with self._turn:
            return await asyncio.to_thread(work)

    def _predict(self, rows: Sequence[Row]) -> Answers:
        """Ask the model, and count its answers."""
        outputs = self.outputs(rows)
        values = self._task.values(outputs, self._classes)
        for answer, count in self._task.counted(values).items():
            self._metrics.predicted(answer, count)
        return outputs, values

    def outputs(self, rows: Sequence[Row]) -> Outputs:
        """Ask the model, here and now.

        Raises:
            Refusal: It has no answer for some row.
        """
        try:
            outputs = _hearable(lambda: self._engine.run(self._columns(rows)))
        except Unanswerable as error:
            detail = f"The model has no answer for these values: {error}."
            raise Refusal(422, "No answer", detail) from None
        return self._task.within_range(outputs)


def _hearable(work: Callable[[], T]) -> T:
    """Return what work with the model returns; what it raises is what a future takes."""
    try:
        return work()
    except BaseException as error:
        if isinstance(error, Exception) and not isinstance(error, StopIteration):
            raise
        # Nobody would hear of it.
        raise RuntimeError(f"the model's code raised {type(error).__name__}") from error


class _Awaited:
    """A question of a task, which waits for the answer."""

    def __init__(
        self, route: PredictionRoute, request_id: str, rows: list[Row], started: float
    ) -> None:
        self.route, self.request_id, self.rows = route, request_id, rows
        self.seconds, self._started = 0.0, started
        self.answer: asyncio.Future[Answers] = asyncio.get_running_loop().create_future()

    def answered(self, outputs: Outputs, values: list[Any]) -> None:
        self.seconds = time.perf_counter() - self._started
        if not self.answer.done():  # nobody waits for it where the service ends
            self.answer.set_result((outputs, values))

    def failed(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)
