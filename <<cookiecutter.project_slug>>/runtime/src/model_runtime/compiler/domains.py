"""The values that a feature allows: ordinary ones, and those at the far ends of its domain."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..features import Feature
from ..preprocessing import MISSING_LABEL
from .odd_texts import draw_texts

Random = np.random.Generator
Numbers = npt.NDArray[np.float64]

_SINGLE, _DOUBLE = np.finfo(np.float32), np.finfo(np.float64)
_SIZES = (
    *(float(_DOUBLE.smallest_subnormal), float(_DOUBLE.tiny)),
    *(float(_SINGLE.smallest_subnormal), float(_SINGLE.tiny)),
    *(0.1, 1.0, 1e6, 2.0**24 + 1, 2.0**31, 2.0**53 + 2, 2.0**63),  # where whole numbers get gaps
    # The last that is a number in single precision, the first that isn't, and far beyond.
    *(float(_SINGLE.max), float(_SINGLE.max) * (1 + float(_SINGLE.eps) / 2), 1e39, 1e308),
    float(_DOUBLE.max),
)


def draw(
    feature: Feature, seen: "pd.Series[Any]", n: int, random: Random, wide: bool = False
) -> npt.NDArray[Any]:
    """Draw n ordinary values that are not missing, if the feature has any.

    Args:
        feature: The feature, with its labels filled in; each is as likely.
        seen: The training rows' values; there may be none.
        n: How many.
        random: Where chance comes from.
        wide: Whether numbers lie anywhere within the bounds, or where the training rows do.
    """
    if feature.type == "text":
        return draw_texts([text for text in seen if text], n, random)
    if feature.type == "category":
        labels = feature.labels or ([MISSING_LABEL] if feature.optional else list(seen))
        return random.choice(np.array(labels, dtype=object), n)
    if feature.type == "boolean":
        return random.integers(0, 2, n).astype(float)
    present = seen.dropna()
    usual = (float(present.min()), float(present.max())) if len(present) else None
    low, high = _span(feature, present) if wide or usual is None else usual
    # An integer's highest is as likely as the others.
    return allowed(feature, _between(low, high + (feature.type == "integer"), n, random))


def allowed(feature: Feature, values: Numbers) -> Numbers:
    """Return each number, or for an integer the whole one below, brought within the bounds."""
    low = -np.inf if feature.min is None else feature.min
    high = np.inf if feature.max is None else feature.max
    if feature.type == "integer":
        values, low, high = np.floor(values), np.ceil(low), np.floor(high)
    return np.asarray(np.clip(values, low, high))


def extremes(feature: Feature, seen: "pd.Series[Any]") -> list[Any]:
    """Return the values at the ends of a feature's domain, and those where arithmetic changes.

    Bounds and their neighbours, zeros of both signs, the limits of single and double precision;
    both booleans, each label. Only what a request may hold.
    """
    if feature.type == "text":
        return []
    if feature.type == "category":
        return list(feature.labels or [])
    if feature.type == "boolean":
        return [0.0, 1.0]
    found = {*_bounds(feature), 0.0, *_SIZES, *(-size for size in _SIZES), *_unscaled(seen)}
    fitting = [value for value in sorted(found) if _fits(feature, value)]
    return [*fitting, -0.0] if _fits(feature, -0.0) else fitting


def _bounds(feature: Feature) -> Iterable[float]:
    for bound in (feature.min, feature.max):
        if bound is not None:
            yield from (float(bound), np.nextafter(bound, np.inf), np.nextafter(bound, -np.inf))
            yield from (float(np.floor(bound)), float(np.ceil(bound)))


def _unscaled(seen: "pd.Series[Any]") -> Iterable[float]:
    """Yield what a scaler turns into the limits of single precision."""
    present = seen.dropna().to_numpy(np.float64)
    if not len(present):
        return
    with np.errstate(over="ignore", invalid="ignore"):
        for step in (-1, 1, -1.001, 1.001):
            yield float(present.mean() + step * present.std() * float(_SINGLE.max))


def _fits(feature: Feature, value: float) -> bool:
    return feature.misfit(value) is None


def _span(feature: Feature, present: "pd.Series[Any]") -> tuple[float, float]:
    """Return the bounds; where there is none, the training rows' own, or else one step."""
    low, high = feature.min, feature.max
    if low is None:
        low = float(present.min()) if len(present) else (0.0 if high is None else high - 1)
    if high is None:
        high = float(present.max()) if len(present) else low + 1
    return float(low), float(high)


def _between(low: float, high: float, n: int, random: Random) -> Numbers:
    """Draw from low to high; their distance may be larger than any number."""
    share = random.random(n)
    return np.asarray(low * (1 - share) + high * share)
