"""The rows of a part, read and drawn in a worker: the same in each pass."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...partitions import Part
from ..rows import Rows
from ..use_case import UseCase
from .draw import Counts, Draw


@dataclass(frozen=True)
class Read:
    """A part's rows, whose index is their number among all, and how often each is held out.

    `target` is as loaded.
    """

    rows: Rows
    held: Counts
    target: "pd.Series[Any]"

    @property
    def left(self) -> Counts:
        """The number of times that each row is learned from."""
        weight = np.ones(len(self.held), np.int64)
        return (weight if self.rows.weight is None else self.rows.weight) - self.held


@dataclass(frozen=True)
class Reading:
    """Reads parts; `kind` is the type of the encoded target of all of them."""

    use_case: UseCase
    draw: Draw
    kind: npt.DTypeLike

    def __call__(self, part: Part) -> Read:
        """Read a part and draw."""
        frame = part.read()
        frame.index = pd.RangeIndex(part.start, part.start + len(frame))
        rows = self.use_case.plain(self.use_case.read(frame))
        y = pd.Series(np.asarray(rows.y).astype(self.kind), index=rows.X.index)
        rows = Rows(rows.X, y, rows.weight)
        return Read(rows, self.draw.held(rows, part.start), frame[self.use_case.features.target])


def weighing(rows: Rows, counts: Counts) -> Rows:
    """Return rows as often as they are counted."""
    return rows.take(np.flatnonzero(counts)) if rows.weight is None else rows.weighing(counts)


def joined(found: list[Rows]) -> Rows:
    """Return the rows of several, in the order of their numbers."""
    weights = [rows.weight for rows in found if rows.weight is not None]
    X, y = pd.concat([rows.X for rows in found]), pd.concat([rows.y for rows in found])
    order = np.argsort(X.index, kind="stable")
    return Rows(X, y, np.concatenate(weights) if weights else None).take(order)
