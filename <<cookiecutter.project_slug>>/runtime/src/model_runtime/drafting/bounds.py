"""Bounds and examples of numbers, as a person would choose them for what the data hold."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

_ROOM = 0.1
"""The share of the range that is left on both sides."""

_LEAST = 1e-300
"""A range below which arithmetic has no steps."""

_DIGITS = 4
"""Of an example."""


def bounds(low: float, high: float) -> tuple[float, float] | None:
    """Return round bounds around the least and the greatest value; none where there are no such.

    A range that begins at or above 0 does not go below it.
    """
    low, high = float(low), float(high)  # of Python's, whose overflow is no warning
    span = high - low
    if not (_LEAST < span < math.inf):
        return None
    step = _round(span)
    least, most = (low - _ROOM * span) / step, (high + _ROOM * span) / step
    if not (math.isfinite(least) and math.isfinite(most)):
        return None
    least, most = math.floor(least) * step, math.ceil(most) * step
    least = 0.0 if low >= 0 > least else _short(least)
    most = 0.0 if high <= 0 < most else _short(most)
    fits = math.isfinite(least) and math.isfinite(most) and least <= low and high <= most
    return (least, most) if fits else None


def example(values: npt.NDArray[Any]) -> float:
    """Return the middle one of finite values, shortened where it stays among them."""
    middle = float(np.sort(values)[len(values) // 2])
    short = float(f"{middle:.{_DIGITS}g}")
    return short if values.min() <= short <= values.max() else middle


def _round(span: float) -> float:
    """Return about a fifth of a range: the next lower 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(span / 5))
    return max((step * power for step in (2, 5) if step * power <= span / 5), default=power)


def _short(value: float) -> float:
    """Return a multiple of a round step without the digits that arithmetic added."""
    return float(f"{value:.12g}")
