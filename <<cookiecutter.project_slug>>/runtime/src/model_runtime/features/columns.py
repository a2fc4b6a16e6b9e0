"""A data frame's column, read by its feature's rule. Training has pandas; serving does not."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import plainly
from .rule import Limit, Misfit, Rule

_MOST_CHARACTERS = 80


@dataclass(frozen=True)
class Wrong:
    """Values that do not fit for one reason: how many, and the first with its row from 0."""

    reason: str
    count: int
    row: int
    value: object


@dataclass(frozen=True)
class Column:
    """A column in the model's form, shape (n,); values that do not fit are as if missing."""

    values: npt.NDArray[Any]
    missing: npt.NDArray[np.bool_]
    wrong: list[Wrong]

    @property
    def present(self) -> npt.NDArray[Any]:
        """The values that are not missing."""
        return self.values[~self.missing]


def read_column(rule: Rule, column: "pd.Series[Any]") -> Column:
    """Read a column of any type by a feature's rule."""
    missing = column.isna().to_numpy(np.bool_)
    if rule.numeric and rule.takes_numbers and _holds_numbers(column, rule.takes_booleans):
        values = column.to_numpy(np.float64, na_value=np.nan).copy()
        return Column(values, missing, _beyond(rule.limits, values, missing))
    return _read_cells(rule, column, missing)


def shown(value: object) -> str:
    """Return a value as a sentence repeats it: short, and as Python writes it."""
    text = plainly(repr(value))
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"


def distinct(column: "pd.Series[Any]", missing: npt.NDArray[np.bool_]) -> tuple[Any, list[Any]]:
    """Return each row's place among the distinct values, shape (n,), and these values.

    Values of several types are told apart by them, for to Python 1, 1.0 and True are the same.
    """
    if column.dtype != object:
        places, kinds = pd.factorize(column)
        return np.where(missing, -1, places), list(kinds)
    codes = np.full(len(column), -1)
    known: dict[tuple[type, Hashable], int] = {}
    values: list[Any] = []
    for row, (cell, left_out) in enumerate(zip(column.tolist(), missing.tolist(), strict=True)):
        if left_out:
            continue
        key = (type(cell), cell if isinstance(cell, Hashable) else id(cell))
        codes[row] = known.setdefault(key, len(values))
        if codes[row] == len(values):
            values.append(cell)
    return codes, values


def _holds_numbers(column: "pd.Series[Any]", booleans: bool) -> bool:
    kinds = pd.api.types
    if kinds.is_bool_dtype(column.dtype):
        return booleans
    return kinds.is_numeric_dtype(column.dtype) and not kinds.is_complex_dtype(column.dtype)


def _beyond(limits: list[Limit], values: Any, missing: Any) -> list[Wrong]:
    found, judged = [], missing.copy()
    with np.errstate(invalid="ignore"):
        for limit in limits:
            wrong = ~judged & ~limit.holds(values)
            judged |= wrong
            if wrong.any():
                row = int(wrong.argmax())
                found.append(Wrong(limit.reason, int(wrong.sum()), row, values[row]))
    values[judged] = np.nan
    return found


def _read_cells(rule: Rule, column: "pd.Series[Any]", missing: Any) -> Column:
    codes, cells = distinct(column, missing)
    read = np.full(len(cells) + 1, rule.missing, dtype=np.float64 if rule.numeric else object)
    reasons: dict[str, list[int]] = {}
    empty = []
    for place, cell in enumerate(cells):
        if rule.empty_is_missing and isinstance(cell, str) and not cell:
            empty.append(place)
            continue
        try:
            read[place] = rule.read(cell)
        except Misfit as misfit:
            reasons.setdefault(str(misfit), []).append(place)
    found = []
    for reason, places in reasons.items():
        rows = np.flatnonzero(np.isin(codes, places))
        found.append(Wrong(reason, len(rows), int(rows[0]), cells[codes[rows[0]]]))
    return Column(read[codes], missing | np.isin(codes, empty), found)
