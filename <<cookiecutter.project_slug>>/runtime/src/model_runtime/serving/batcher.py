"""Questions to a model, answered together: one call for all that came while it was not free."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from ..contract.findings import Row
from ..contract.route import PredictionRoute
from ..tasks import Outputs

log = logging.getLogger("uvicorn.error")

T = TypeVar("T")

Answers = tuple[Outputs, list[Any]]
"""The outputs for some rows, and each row's class or number."""

Found = tuple[list["Question"], Answers | Exception]
"""Questions, and the answers to all their rows; or the one that has none, and why."""

_JOINED_ROWS = 1_024
"""The most rows of several questions in one call of a model that works beside the event loop."""


class Question(Protocol):
    """Rows that a model is asked about, and what becomes of the answer."""

    route: PredictionRoute
    request_id: str
    rows: list[Row]
    seconds: float
    """From its arrival to its answer, once it has one."""

    def answered(self, outputs: Outputs, values: list[Any]) -> None:
        """Take the answer to its rows."""
        ...

    def failed(self, error: Exception) -> None:
        """Take the reason why there is none."""
        ...


class Batcher:
    """Joins questions without a timer.

    A fast model answers in the event loop, once an iteration: what it joins came at once. A slow
    one works in a thread: its next call answers all that came during the last one.
    """

    def __init__(
        self,
        ask: Callable[[Sequence[Row]], Answers],
        inline_rows: int,
        told: Callable[[Sequence[Question], Outputs], None] | None = None,
    ) -> None:
        """Ask a model.

        Args:
            ask: Answers all rows, or raises.
            inline_rows: The most rows that an event loop may wait for; 0 for none.
            told: Called with questions that have their answers, and with the outputs for all
                their rows: once for many, which costs a fraction of one by one.
        """
        self._ask, self._inline_rows, self._told = ask, inline_rows, told
        self._waiting: deque[Question] = deque()
        self._is_at_work = False
        self._thread = ThreadPoolExecutor(1, "model")  # begins with the first question to it

    def add(self, question: Question) -> None:
        """Let a question be answered soon."""
        loop = asyncio.get_running_loop()
        if len(question.rows) > self._inline_rows > 0:
            # In any thread: small questions need not wait for it.
            work = loop.run_in_executor(None, self._found, [question])
            work.add_done_callback(lambda done: self._tell(done.result()))
            return
        self._waiting.append(question)
        if not self._is_at_work:
            self._is_at_work = True
            loop.call_soon(self._answer if self._inline_rows else self._let_answer)

    async def apart(self, work: Callable[[], T]) -> T:
        """Return what other work with the model returns: of a slow one in its thread's turn."""
        thread = None if self._inline_rows else self._thread
        return await asyncio.get_running_loop().run_in_executor(thread, work)

    def _answer(self) -> None:
        """Answer what waits; where that is too much at once, the rest after others' turn."""
        batch = self._batch(self._inline_rows)
        self._is_at_work = bool(self._waiting)
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._answer)
        self._tell(self._found(batch))

    def _let_answer(self) -> None:
        """Let the thread answer what waits, and go on with what comes meanwhile."""
        batch = self._batch(_JOINED_ROWS)
        work = asyncio.get_running_loop().run_in_executor(self._thread, self._found, batch)
        work.add_done_callback(self._go_on)

    def _go_on(self, done: asyncio.Future[list[Found]]) -> None:
        self._is_at_work = bool(self._waiting)
        if self._waiting:
            self._let_answer()
        self._tell(done.result())

    def _batch(self, most_rows: int) -> list[Question]:
        """Take the questions that wait longest, at least one."""
        batch = [self._waiting.popleft()]
        rows = len(batch[0].rows)
        while self._waiting and (rows := rows + len(self._waiting[0].rows)) <= most_rows:
            batch.append(self._waiting.popleft())
        return batch

    def _found(self, batch: list[Question]) -> list[Found]:
        """Return the answers, or each question's or why it has none, which is no other's affair."""
        try:
            return [(batch, self._ask([row for question in batch for row in question.rows]))]
        except Exception as error:  # whatever a use case's code raises
            if len(batch) == 1:
                return [(batch, error)]
            return [found for question in batch for found in self._found([question])]

    def _tell(self, found: list[Found]) -> None:
        """Tell each question what it waits for, and then who keeps account of them all."""
        for batch, answers in found:
            _tell(batch, answers)
        if self._told:
            for batch, answers in found:
                if not isinstance(answers, Exception):
                    self._told(batch, answers[0])


def _parted(batch: list[Question], outputs: Outputs, values: list[Any]) -> Iterator[Answers]:
    begin = 0
    for question in batch:
        end = begin + len(question.rows)
        yield outputs[begin:end], values[begin:end]
        begin = end


def _tell(batch: list[Question], answers: Answers | Exception) -> None:
    if isinstance(answers, Exception):
        _fail(batch[0], answers)
        return
    for question, answer in zip(batch, _parted(batch, *answers), strict=True):
        try:
            question.answered(*answer)
        except Exception as error:
            _fail(question, error)


def _fail(question: Question, error: Exception) -> None:
    """Tell a question why it has no answer; if not even that can be told, others hear theirs."""
    try:
        question.failed(error)
    except Exception:
        log.exception("request %s could be told nothing", question.request_id)
