"""The rules of numbers and integers."""

from __future__ import annotations

import re
from decimal import Decimal
from math import ceil, floor, isfinite
from numbers import Real
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from .rule import REASONS, Example, Limit, Misfit, Rule, most_frequent, plain

if TYPE_CHECKING:
    import polars as pl

    from .feature import Feature

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
"""A number in CSV, without blanks around it."""
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_EXACT = 2**53
"""Up to this each integer is a double."""
_LARGEST = float(np.finfo(np.float64).max)


def is_number(value: object) -> bool:
    """Tell whether a value is a real number; true and false are none."""
    return isinstance(value, (Real, Decimal)) and not isinstance(value, (bool, np.bool_))


def as_float(value: Any) -> float:
    """Return a number as a float; beyond the greatest float it is infinite."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


class Number(Rule):
    """Finite numbers within bounds; integers, floats and decimals, but no booleans and no texts."""

    numeric = True
    takes = frozenset({"min", "max"})
    wrong = ("many", REASONS["float_type"])

    def __init__(self, feature: Feature) -> None:
        """See `Rule`."""
        super().__init__(feature)
        low, high = feature.bounds
        self.limits.append(Limit(REASONS["finite_number"], lambda x: abs(x) <= _LARGEST))
        if low is not None:
            reason = REASONS["greater_than_equal"].format(ge=low)
            self.limits.append(Limit(reason, lambda x: x >= low))
        if high is not None:
            reason = REASONS["less_than_equal"].format(le=high)
            self.limits.append(Limit(reason, lambda x: x <= high))

    def convert(self, value: object) -> float:
        """See `Rule`."""
        if not is_number(value):
            raise Misfit(REASONS["float_type"])
        return as_float(value)

    def request_type(self) -> tuple[Any, list[dict[str, Any]]]:
        """See `Rule`."""
        low, high = self.feature.bounds
        bounds = Field(ge=low, le=high)
        return Annotated[float, bounds], [{"type": "number", **self._bounds()}]

    def _bounds(self) -> dict[str, float]:
        bounds = dict(zip(("minimum", "maximum"), self.feature.bounds, strict=True))
        return {name: bound for name, bound in bounds.items() if bound is not None}

    def cell(self, text: str) -> Example:
        """See `Rule`."""
        text = self.bare(text)
        means_number = NUMBER.fullmatch(text) or _NOT_FINITE.fullmatch(text)
        return float(text) if means_number else text

    def from_series(self, column: pl.Series, texts: bool) -> pl.Series | None:
        """See `Rule`."""
        import polars as pl

        fits = texts or column.dtype.is_numeric()
        return column.cast(pl.Float64, strict=False) if fits else None

    def typical(self, values: npt.NDArray[Any]) -> Example:
        """Return the median of the values; without any the number within the bounds next to 0."""
        if len(values):
            return float(np.sort(values)[len(values) // 2])
        low, high = self.feature.bounds
        return float(max(low if low is not None else 0, min(0, high if high is not None else 0)))

    def outermost(self) -> list[Example]:
        """Return the bounds."""
        return sorted({plain(bound) for bound in self.feature.bounds if bound is not None})

    def outside(self) -> list[Example]:
        """Return numbers below and above, where a float can be."""
        low, high = self.feature.bounds
        beyond = [*([] if low is None else [_beyond(low, -1)])]
        beyond += [] if high is None else [_beyond(high, 1)]
        return [plain(number) for number in beyond if isfinite(number)]


class Integer(Number):
    """Whole numbers; 3.0 is one, as in JSON Schema and many clients."""

    takes = Number.takes | {"names"}

    def __init__(self, feature: Feature) -> None:
        """See `Rule`."""
        super().__init__(feature)
        self.limits.insert(1, Limit(REASONS["whole_number"], lambda x: x % 1 == 0))

    def request_type(self) -> tuple[Any, list[dict[str, Any]]]:
        """See `Rule`."""
        kind, _ = super().request_type()
        whole: Any = Annotated[kind, AfterValidator(_whole)]
        # What is written as an integer is taken as one, which costs no call of Python's.
        low, high = self.feature.bounds
        exact = Field(
            ge=-_EXACT if low is None else ceil(max(low, -_EXACT)),
            le=_EXACT if high is None else floor(min(high, _EXACT)),
        )
        either = Annotated[Annotated[int, exact] | whole, Field(union_mode="left_to_right")]
        return either, [{"type": "integer", **self._bounds()}]

    def typical(self, values: npt.NDArray[Any]) -> Example:
        """Return the most frequent of the values; without any the least that is near 0."""
        if len(values):
            return int(most_frequent(values))
        return int(np.ceil(super().typical(values)))


def _beyond(bound: float, sign: int) -> float:
    # By as much as the bound's own size, for next to 1e20 a step of 1 is lost.
    return bound + sign * max(1.0, abs(bound))


def _whole(value: float) -> float:
    if not value.is_integer():
        raise PydanticCustomError("whole_number", "must be a whole number")
    return value
