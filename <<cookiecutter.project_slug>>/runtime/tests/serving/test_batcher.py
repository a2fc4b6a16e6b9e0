"""Questions are joined without a timer, and each has its own answer."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from model_runtime.contract.findings import Row
from model_runtime.serving.batcher import Answers, Batcher, Question
from model_runtime.tasks import Outputs


class Model:
    """A model that answers a row by its own value, and remembers its calls."""

    def __init__(self) -> None:
        self.calls: list[list[Any]] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __call__(self, rows: Sequence[Row]) -> Answers:
        asked = [row["x"] for row in rows]
        self.calls.append(asked)
        assert self.may_go_on.wait(10)
        if None in asked:
            raise ValueError("no answer to nothing")
        return np.array([asked], float).T, [str(value) for value in asked]


@dataclass
class Asked:
    """A question, and what came of it."""

    rows: list[Row]
    route: Any = None
    request_id: str = ""
    seconds: float = 0.0
    answer: asyncio.Future[Any] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def answered(self, outputs: Outputs, values: list[Any]) -> None:
        assert outputs.ravel().tolist() == [row["x"] for row in self.rows]
        self.answer.set_result(values)

    def failed(self, error: Exception) -> None:
        self.answer.set_result(error)


def asked(batcher: Batcher, *values: Any) -> Asked:
    """Ask a question of some rows."""
    question = Asked([{"x": value} for value in values])
    batcher.add(question)
    return question


async def told(*questions: Asked) -> list[Any]:
    """Return what came of questions."""
    return await asyncio.wait_for(asyncio.gather(*(each.answer for each in questions)), 10)


def test_what_is_asked_at_once_is_one_call() -> None:
    async def ask() -> None:
        model = Model()
        batcher = Batcher(model, inline_rows=8)
        found = await told(asked(batcher, 1), asked(batcher, 2, 3), asked(batcher, 4))
        assert found == [["1"], ["2", "3"], ["4"]]
        assert model.calls == [[1, 2, 3, 4]]
        assert await told(asked(batcher, 5)) == [["5"]]

    asyncio.run(ask())


def test_a_call_in_the_loop_has_no_more_rows_than_it_may_wait_for() -> None:
    async def ask() -> None:
        model = Model()
        batcher = Batcher(model, inline_rows=3)
        questions = [asked(batcher, n, n) for n in range(3)] + [asked(batcher, 3)]
        assert await told(*questions) == [["0", "0"], ["1", "1"], ["2", "2"], ["3"]]
        assert model.calls == [[0, 0], [1, 1], [2, 2, 3]]

    asyncio.run(ask())


@pytest.mark.parametrize("inline_rows", [0, 8])
def test_an_error_stays_with_the_question_that_made_it(inline_rows: int) -> None:
    async def ask() -> None:
        batcher = Batcher(Model(), inline_rows)
        # The first one is alone where the model works beside the loop.
        await told(asked(batcher, 0))
        first, wrong, last = await told(
            asked(batcher, 1), asked(batcher, 2, None), asked(batcher, 3)
        )
        assert (first, last) == (["1"], ["3"])
        assert str(wrong) == "no answer to nothing"

    asyncio.run(ask())


@pytest.mark.parametrize("inline_rows", [0, 3])
def test_the_log_hears_of_all_that_have_an_answer_and_of_all_of_a_call_at_once(
    inline_rows: int,
) -> None:
    async def ask() -> None:
        calls: list[list[Any]] = []

        def log(questions: Sequence[Question], outputs: Outputs) -> None:
            rows = [row["x"] for question in questions for row in question.rows]
            assert outputs.ravel().tolist() == rows
            assert all(question.answer.done() for question in questions)  # type: ignore[attr-defined]
            calls.append(rows)

        batcher = Batcher(Model(), inline_rows, log)
        await told(asked(batcher, 0))
        await told(asked(batcher, 1), asked(batcher, 2, 3))
        await told(asked(batcher, 4), asked(batcher, None), asked(batcher, 5))
        await told(asked(batcher, *range(6, 11)))
        assert calls == [[0], [1, 2, 3], [4], [5], [*range(6, 11)]]

    asyncio.run(ask())


def test_what_comes_while_a_slow_model_works_is_its_next_call() -> None:
    async def ask() -> None:
        model = Model()
        model.may_go_on.clear()
        batcher = Batcher(model, inline_rows=0)
        first = asked(batcher, 1)
        while not model.calls:
            await asyncio.sleep(0)
        others = [asked(batcher, n) for n in (2, 3, 4)]
        model.may_go_on.set()
        assert await told(first, *others) == [["1"], ["2"], ["3"], ["4"]]
        assert model.calls == [[1], [2, 3, 4]]

    asyncio.run(ask())


def test_a_large_question_holds_no_small_one_up() -> None:
    async def ask() -> None:
        model = Model()
        model.may_go_on.clear()
        batcher = Batcher(model, inline_rows=2)
        large = asked(batcher, *range(5))
        while not model.calls:
            await asyncio.sleep(0)
        model.may_go_on.set()
        assert await told(asked(batcher, 9), large) == [["9"], [*map(str, range(5))]]

    asyncio.run(ask())


def test_an_answer_that_cannot_be_told_fails_alone() -> None:
    async def ask() -> None:
        batcher = Batcher(Model(), inline_rows=8)
        broken, whole = asked(batcher, 1), asked(batcher, 2)
        broken.answered = lambda outputs, values: 1 / 0  # type: ignore[method-assign, assignment]
        found, answer = await told(broken, whole)
        assert isinstance(found, ZeroDivisionError)
        assert answer == ["2"]

    asyncio.run(ask())


def test_a_question_that_can_be_told_nothing_keeps_no_other_from_its_answer() -> None:
    async def ask() -> None:
        logged: list[int] = []
        batcher = Batcher(Model(), 8, lambda questions, outputs: logged.append(len(outputs)))
        broken, whole = asked(batcher, 1), asked(batcher, 2)
        broken.answered = lambda outputs, values: 1 / 0  # type: ignore[method-assign, assignment]
        broken.failed = lambda error: 1 / 0  # type: ignore[method-assign, assignment]
        assert await told(whole) == [["2"]]
        assert logged == [2]

    asyncio.run(ask())
