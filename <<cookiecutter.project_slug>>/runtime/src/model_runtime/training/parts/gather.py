"""The second pass over the parts: rows that are held out, a sample of the others, and moments."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from ...partitions import Part
from ..rows import Rows
from .draw import Counts
from .moments import Moments
from .reading import Read, Reading, joined, weighing

RARE = 30
"""A label that has less rows than that in the sample, as far as can be expected, gets one more."""

CLASS = ""
"""The name for the target among those of the categories."""

Label = tuple[str, Hashable]


@dataclass(frozen=True)
class Gathered:
    """Rows of some parts.

    Attributes:
        held: Held out.
        target: Their target, as loaded.
        sample: Drawn from the others.
        first: For labels that may not be in the sample, a row of each that is learned from.
        weightless: The same of rows that weigh nothing, which only list their labels.
        moments: Of the numbers of all rows that are learned from.
        learned: How many those are, whatever they weigh.
    """

    held: Rows
    target: "pd.Series[Any]"
    sample: Rows
    first: dict[Label, Rows]
    weightless: dict[Label, Rows]
    moments: Moments
    learned: int


@dataclass(frozen=True)
class Gathering:
    """Gathers from a part, in a worker.

    Attributes:
        reading: Reads it.
        rare: The labels of categories, and the classes, that need a row.
        numbers: The features that have moments.
    """

    reading: Reading
    rare: dict[str, frozenset[Hashable]]
    numbers: tuple[str, ...]

    def __call__(self, part: Part) -> Gathered:
        """Read and draw."""
        read = self.reading(part)
        rows, left = read.rows, read.left
        sampled = self.reading.draw.sampled(left, rows.weight is not None, part.start)
        numbers = rows.X.loc[left > 0, [*self.numbers]].to_numpy(np.float64)
        return Gathered(
            weighing(rows, read.held),
            read.target[read.held > 0],
            weighing(rows, sampled),
            self._first(read, left, left > 0),
            {} if rows.weight is None else self._first(read, left, rows.weight == 0),
            Moments.of(numbers),
            len(numbers),
        )

    def _first(self, read: Read, left: Counts, among: Any) -> dict[Label, Rows]:
        found: dict[Label, Rows] = {}
        rows, places = read.rows, np.flatnonzero(among)
        for name, labels in self.rare.items():
            column = (rows.y if name == CLASS else rows.X[name]).iloc[places]
            kept = (column.isin(labels) & ~column.duplicated()).to_numpy()
            for place, label in zip(places[kept], column[kept], strict=True):
                row = rows.take(np.array([place]))
                weight = None if row.weight is None else left[[place]]
                found[name, label] = Rows(row.X, row.y, weight)
        return found


def gather(found: Iterable[Gathered]) -> Gathered:
    """Join those of all parts, in their order."""
    each, first, weightless = [], dict[Label, Rows](), dict[Label, Rows]()
    for one in found:
        first, weightless = {**one.first, **first}, {**one.weightless, **weightless}
        each.append(replace(one, first={}, weightless={}))
    return Gathered(
        joined([one.held for one in each]),
        pd.concat([one.target for one in each]),
        joined([one.sample for one in each]),
        first,
        weightless,
        reduce(Moments.plus, [one.moments for one in each]),
        sum(one.learned for one in each),
    )


def with_each_label(sample: Rows, first: dict[Label, Rows]) -> Rows:
    """Return the sample and a row for each label that it has none of."""
    known: dict[str, set[Hashable]] = {
        name: set(sample.y if name == CLASS else sample.X[name]) for name, _ in first
    }
    more = {
        int(row.X.index[0]): row
        for (name, label), row in first.items()
        if (label not in known[name])
    }
    return joined([sample, *more.values()]) if more else sample
