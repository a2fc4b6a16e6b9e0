"""Other values of each feature, spread as at training, that an explanation compares with."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..bundle.reference import AnySpread, Ranges, Reference
from ..bundle.rows import Value
from ..bundle.schema import Schema
from ..features import Feature

MOST_VALUES = 8
"""Of one feature."""

MOST_ROWS = 4_096
"""Of all features together; where they are so many, each has fewer values, and one at least."""

_Point = tuple[float | str, float]
"""A value in the model's form, and how many rows it stands for."""


@dataclass(frozen=True)
class Others:
    """Values that a feature may have in place of a request's, and the share of the rows of each."""

    name: str
    values: list[Value]
    shares: npt.NDArray[np.float64]


def others(schema: Schema, reference: Reference) -> list[Others]:
    """Return other values of each feature that the model uses.

    Of a number or a date they are quantiles, else the most frequent labels; an optional feature may
    have no value, too. A bundle keeps no texts: a text is compared with none, or where there has to
    be one, with the example. So is a feature of which nothing was counted.

    Args:
        schema: The bundle's.
        reference: The bundle's; it may be empty.
    """
    used = [feature for feature in schema.features if not feature.leaks]
    most = max(1, min(MOST_VALUES, MOST_ROWS // max(1, len(used))))
    return [_others(feature, reference.features.get(feature.name), most) for feature in used]


def _others(feature: Feature, spread: AnySpread | None, most: int) -> Others:
    counted = _counted(feature, spread, most) if spread and feature.type != "text" else []
    if not counted:
        counted = [(_instead(feature), 1.0)]
    counts = np.array([count for _, count in counted], np.float64)
    return Others(feature.name, [value for value, _ in counted], counts / counts.sum())


def _counted(feature: Feature, spread: AnySpread, most: int) -> list[tuple[Value, float]]:
    points = [each for each in _points(spread) if each[1] and feature.rule.fits(each[0])]
    missing = spread.counts[-1] if feature.optional and most > 1 else 0
    few = _fewer(points, most - bool(missing), feature.numeric)
    found: list[tuple[Value, float]] = [(feature.rule.as_sent(each), n) for each, n in few]
    return [*found, (None, missing)] if missing else found


def _points(spread: AnySpread) -> Iterator[_Point]:
    """Yield values that stand for rows; an edge stands for half of the ranges beside it."""
    if not isinstance(spread, Ranges):
        yield from zip(spread.singles, spread.counts, strict=False)  # two more: others, missing
        return
    below, *between, above = spread.counts[:-1]
    halves = [count / 2 for count in between]
    lower, upper = [below, *halves], [*halves, above]
    yield from zip(spread.edges, np.add(lower, upper).tolist(), strict=True)


def _fewer(points: list[_Point], most: int, ordered: bool) -> list[_Point]:
    """Return as many points at most: of numbers at quantiles, of labels the most frequent."""
    if len(points) <= most:
        return points
    if not ordered:
        return sorted(points, key=lambda each: -each[1])[:most]
    ends = np.cumsum([count for _, count in points])
    step = ends[-1] / most
    places = np.searchsorted(ends, (np.arange(most) + 0.5) * step)
    return [(points[place][0], step * n) for place, n in Counter(places.tolist()).items()]


def _instead(feature: Feature) -> Value:
    """Return the value for a feature of which no values are known."""
    if feature.type == "text" and feature.optional:
        return None
    return "" if feature.type == "text" and not feature.misfit("") else feature.example
