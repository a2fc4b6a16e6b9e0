"""Each row's own answer, also where an engine refuses all rows for the sake of one."""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..counts import counted
from ..errors import plainly
from ..tasks import Outputs
from .engines import MOST_CHARACTERS, Columns, Engine, OnnxEngine, Unanswerable

BLOCK = 2_048
"""Rows that are asked about at once: thousands of columns of all rows would not fit into memory."""

Ask = Callable[[Columns], Outputs]
Mask = npt.NDArray[np.bool_]


_ENOUGH = 1_000
"""Refusals that say as much as more of them would."""


@dataclass(frozen=True)
class Answers:
    """Answers to n rows, shape (n, outputs): NaN where a row was refused or not asked.

    `refusal` is the first reason that was given.
    """

    outputs: Outputs
    asked: Mask
    refusal: str = ""

    @property
    def answered(self) -> Mask:
        """Tell of each row whether it has an answer."""
        if not self.outputs.shape[1]:
            return np.zeros(len(self.outputs), bool)
        return np.asarray(self.asked & np.isfinite(self.outputs).all(axis=1))


def engine_answers(engine: Engine, columns: Columns) -> Answers:
    """Ask an engine for each row's own answer.

    A compiled model answers all rows at once, with NaN for those that it refuses. Where it fails
    altogether, as no model does whose graph fits its inputs, a thousand rows are enough to say so.
    """
    ask = engine.run
    if isinstance(engine, OnnxEngine) and type(engine).run is OnnxEngine.run:
        ask = engine.outputs
    return answer_each(ask, columns, patience=_ENOUGH)


def answer_each(
    ask: Ask, columns: Columns, doubtful: Mask | None = None, patience: float = math.inf
) -> Answers:
    """Ask for each row's own answer; few calls where few rows are refused.

    Args:
        ask: Answers all rows of some columns, or raises.
        columns: The rows.
        doubtful: Those that may be refused: they are asked apart, after the others.
        patience: How many refused rows are looked for; once there are as many, the rest are not
            asked.
    """
    rows = len(next(iter(columns.values())))
    doubtful = np.zeros(rows, bool) if doubtful is None else doubtful
    asking = _Asking(ask, columns, patience)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of numbers that grow too large, which some rows are for
        for part in (np.flatnonzero(~doubtful), np.flatnonzero(doubtful)):
            for start in range(0, len(part), BLOCK):
                asking.ask(part[start : start + BLOCK])
    return asking.answers(rows)


class _Asking:
    """Halves what is refused until single rows are left."""

    def __init__(self, ask: Ask, columns: Columns, patience: float) -> None:
        self._ask, self._columns, self._patience = ask, columns, patience
        self._found: list[tuple[npt.NDArray[np.intp], Outputs | None]] = []
        self._refusal = ""

    def ask(self, rows: npt.NDArray[np.intp]) -> None:
        if not len(rows) or self._patience <= 0:
            return
        try:
            outputs = np.asarray(self._ask({k: part[rows] for k, part in self._columns.items()}))
        except (ImportError, MemoryError):
            raise  # of the environment, not of the row
        except Unanswerable as error:
            self._refused(rows, str(error))
        except Exception as error:  # a pipeline raises whatever its steps do
            self._refused(rows, plainly(f"{type(error).__name__}: {error}"))
        else:
            self._take(rows, outputs)

    def _take(self, rows: npt.NDArray[np.intp], outputs: Outputs) -> None:
        if outputs.ndim != 2 or len(outputs) != len(rows):
            self._note(
                rows, None, f"an answer of shape {outputs.shape} to {counted(len(rows), 'row')}"
            )
            return
        self._note(rows, outputs, "" if np.isfinite(outputs).all() else "an answer is no number")

    def _refused(self, rows: npt.NDArray[np.intp], reason: str) -> None:
        if len(rows) == 1:
            self._patience -= 1
            self._note(rows, None, reason)
            return
        for half in np.array_split(rows, 2):
            self.ask(half)

    def _note(self, rows: npt.NDArray[np.intp], outputs: Outputs | None, reason: str) -> None:
        self._found.append((rows, outputs))
        self._refusal = self._refusal or reason[:MOST_CHARACTERS]

    def answers(self, rows: int) -> Answers:
        widths = [part.shape[1] for _, part in self._found if part is not None]
        outputs = np.full((rows, max(widths, default=0)), np.nan)
        asked = np.zeros(rows, bool)
        for which, part in self._found:
            asked[which] = True
            if part is not None and part.shape[1] == outputs.shape[1]:
                outputs[which] = np.where(
                    np.isfinite(part).all(axis=1, keepdims=True), part, np.nan
                )
        return Answers(outputs, asked, self._refusal)
