"""Rows counted in the reference's bins, by the period in which they came."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from ..bundle.reference import Reference, Values
from .drift import Column, Counts, Kind
from .periods import Unit, label, starts

Key = tuple[Kind, str]


class Tally:
    """Counts by period and column; its size depends on periods and bins, not on rows."""

    def __init__(self, reference: Reference) -> None:
        """Count in a reference's bins."""
        parts: list[tuple[Kind, Any]] = [
            ("answer", reference.answers),
            ("feature", reference.features),
        ]
        self.columns: dict[Key, Column] = {
            (kind, name): Column(kind, name, spread)
            for kind, spreads in parts
            for name, spread in spreads.items()
        }
        self._counts: dict[Key, dict[float, Counts]] = {key: {} for key in self.columns}

    def add(self, key: Key, period: float, values: Values) -> None:
        """Count a column's values of a period, which is named by its beginning."""
        own = self._counts[key]
        found = self.columns[key].spread.count(values)
        own[period] = own[period] + found if period in own else found

    def forget(self, key: Key) -> None:
        """Forget what was counted of a column."""
        self._counts[key] = {}

    def times(self) -> npt.NDArray[np.float64]:
        """Return the beginnings of all periods, in seconds since 1970."""
        return np.array(sorted({each for own in self._counts.values() for each in own}))

    def whole(self) -> Iterator[tuple[Column, Counts]]:
        """Yield each column that has rows, and its counts in all periods together."""
        for key, own in self._counts.items():
            if own:
                yield self.columns[key], np.sum(list(own.values()), axis=0)

    def by(self, unit: Unit) -> Iterator[tuple[str, Column, Counts]]:
        """Yield the counts of each column in longer periods, by their names, in order."""
        times = self.times()
        names = dict(
            zip(times.tolist(), (label(each, unit) for each in starts(times, unit)), strict=True)
        )
        for name in dict.fromkeys(names.values()):
            for key, own in self._counts.items():
                inside = [counts for time, counts in own.items() if names[time] == name]
                if inside:
                    yield name, self.columns[key], np.sum(inside, axis=0)
