"""The distance of what a service sees from what training saw, column by column, from counts."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency

from ..bundle.reference import MISSING, AnySpread

Counts = npt.NDArray[np.int64]
Kind = Literal["feature", "answer"]

LIMIT = 0.2
"""The PSI from which a column has drifted.

Siddiqi (2006), Credit Risk Scorecards: below 0.1 nothing has changed, from 0.25 on much has.
"""

ALPHA = 0.01
"""The chance that any column without drift is said to have drifted, by the test of all of them."""

_SMALL = 0.5
"""Rows that are added to each bin, so that an empty one has a share, too."""


@dataclass(frozen=True)
class Column:
    """A column of the reference: a feature's or one of the answers."""

    kind: Kind
    name: str
    spread: AnySpread


@dataclass(frozen=True)
class Bin:
    """A bin's share of the rows, from 0 to 1, in training and now."""

    name: str
    before: float
    now: float


@dataclass(frozen=True)
class ColumnDrift:
    """The drift of a column.

    `psi` is the population stability index, `distance` Jensen and Shannon's (0 for alike, 1 for
    nothing in common; Endres and Schindelin 2003), `p` the chance of such counts without drift
    (chi-square test of homogeneity). `drifted` needs both a PSI at the limit and a small `p`, for
    of few rows the PSI is large without any drift (Yurdakul and Naranjo 2020, J. Risk Model
    Validation 14, 4).
    """

    kind: Kind
    name: str
    rows: int
    psi: float
    distance: float
    p: float
    drifted: bool
    bins: list[Bin]

    @property
    def moved(self) -> Bin:
        """The bin that moved most: whose part of the PSI is largest."""
        parts = _parts(*(np.array([getattr(each, side) for each in self.bins]) for side in _SIDES))
        return self.bins[int(parts.argmax())]


_SIDES = ("before", "now")


@dataclass(frozen=True)
class Moment:
    """A column's rows, PSI and chance in one period."""

    rows: int
    psi: float
    p: float


def drift_of(column: Column, counts: Counts, limit: float, columns: int) -> ColumnDrift:
    """Compare counts, of at least one row, with the reference's.

    Args:
        column: The column and what training counted.
        counts: In the same bins.
        limit: The PSI from which it has drifted.
        columns: How many are compared; each is tested at its part of `ALPHA`.
    """
    before = np.array(column.spread.counts, np.int64)
    value, p = psi(before, counts), chance(before, counts)
    shares = before / before.sum(), counts / counts.sum()
    return ColumnDrift(
        column.kind,
        column.name,
        int(counts.sum()),
        value,
        float(np.nan_to_num(jensenshannon(*shares, base=2))),
        p,
        value >= limit and p < ALPHA / columns,
        [
            Bin(*each)
            for each in zip(column.spread.names, *(s.tolist() for s in shares), strict=True)
        ],
    )


def psi(before: Counts, now: Counts) -> float:
    """Return the population stability index: the sum of (q - p) ln(q / p) over the bins."""
    p, q = ((counts + _SMALL) / (counts + _SMALL).sum() for counts in (before, now))
    return float(_parts(p, q).sum())


def _parts(p: npt.NDArray[np.float64], q: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    least = 1e-9
    p, q = p.clip(least), q.clip(least)
    return np.asarray((q - p) * np.log(q / p))


def chance(before: Counts, now: Counts) -> float:
    """Return the chance of such counts without drift, by the chi-square test of homogeneity."""
    table = np.stack([before, now])
    table = table[:, table.sum(axis=0) > 0]
    return float(chi2_contingency(table).pvalue) if table.shape[1] > 1 else 1.0


def missing_share(found: ColumnDrift) -> tuple[float, float]:
    """Return the shares of rows without a value, in training and now."""
    last = found.bins[-1]
    assert last.name == MISSING  # noqa: S101
    return last.before, last.now
