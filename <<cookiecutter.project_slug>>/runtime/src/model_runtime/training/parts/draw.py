"""The rows that are held out, and those that are learned from in memory: drawn without memory.

Each row has a random number by its place among all rows, whatever part it is read in, so that each
pass over the parts draws the same.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

from ..rows import Rows

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

ROWS = 200_000
"""Rows held out, and rows of the sample, at most: a share is known to a quarter of a percent."""

CELLS = 20_000_000
"""Rows times columns of either at most, but `LEAST` rows in any case: 160 MB of numbers."""

LEAST = 5_000

_HELD, _SAMPLED = 0, 1
_PER_COUNT = 4  # numbers that Philox makes of one state of its counter


def most_rows(columns: int) -> int:
    """Return how many rows of so many columns are held out, or sampled, at most."""
    return max(LEAST, min(ROWS, CELLS // max(1, columns)))


def uniform(seed: int, stream: int, start: int, n: int) -> Floats:
    """Return the random numbers, within [0, 1), of n rows from the one with the number `start`.

    Philox, a generator by counter: Salmon et al. (2011), SC '11.
    """
    key = np.array([seed, stream], np.uint64)
    before, skipped = divmod(start, _PER_COUNT)
    raw = np.random.Philox(key=key, counter=before).random_raw(skipped + n)[skipped:]
    return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53


@dataclass(frozen=True)
class Draw:
    """The draw of each row.

    Without weights exactly so many rows of each class are held out: those with the least numbers,
    up to its end. With weights each row gives a share that is drawn from all that it stands for.

    Attributes:
        seed: Of the rows' numbers.
        classes: The strata, sorted; None for one.
        ends: The greatest number that is held out, of each stratum.
        held_share: Of what weighted rows stand for.
        sample_share: Of the rows that are not held out.
    """

    seed: int
    classes: npt.NDArray[np.generic] | None
    ends: Floats
    held_share: float
    sample_share: float

    def held(self, rows: Rows, start: int) -> Counts:
        """Return how often each row is held out."""
        numbers = uniform(self.seed, _HELD, start, len(rows.X))
        if rows.weight is not None:
            return _of_each(numbers, rows.weight, self.held_share)
        strata = (
            np.zeros(len(numbers), np.intp)
            if self.classes is None
            else np.searchsorted(self.classes, np.asarray(rows.y))
        )
        return (numbers <= self.ends[strata]).astype(np.int64)

    def sampled(self, left: Counts, weighted: bool, start: int) -> Counts:
        """Return how often each row is in the sample, of those that are left."""
        numbers = uniform(self.seed, _SAMPLED, start, len(left))
        if weighted:
            return _of_each(numbers, left, self.sample_share)
        return left * (numbers < self.sample_share)


def held_numbers(seed: int, start: int, n: int) -> Floats:
    """Return the numbers by which `Draw.held` goes."""
    return uniform(seed, _HELD, start, n)


def _of_each(numbers: Floats, weight: Counts, share: float) -> Counts:
    """Return how many are drawn of those that each row stands for."""
    found: Counts = binom.ppf(numbers, weight, share).astype(np.int64)
    return found
