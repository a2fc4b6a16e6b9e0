"""The least of the random numbers of a class, of which one is the end of what is held out."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from .draw import Floats

FEWEST = 256
"""Numbers that are kept in any case."""

_SLACK = 1.5
"""Times the share that is held out: with `FEWEST` rows held out, seven standard deviations."""


@dataclass(frozen=True)
class Lowest:
    """The number of rows, and the least of their numbers."""

    rows: int
    share: float
    numbers: Floats

    @classmethod
    def of(cls, numbers: Floats, share: float) -> Self:
        """Keep the least."""
        return cls(len(numbers), share, _least(np.sort(numbers), share))

    def plus(self, other: Self) -> Self:
        """Add those of other rows."""
        numbers = np.sort(np.concatenate([self.numbers, other.numbers]))
        return type(self)(self.rows + other.rows, self.share, _least(numbers, self.share))

    def end(self, fewest: int) -> float:
        """Return the greatest number that is held out; one row at least is not."""
        wanted = max(fewest, round(self.share * self.rows))
        wanted = min(wanted, self.rows - 1, len(self.numbers))
        return float(self.numbers[wanted - 1]) if wanted > 0 else -1.0


def _least(numbers: Floats, share: float) -> Floats:
    return numbers[: max(FEWEST, int(np.searchsorted(numbers, _SLACK * share)))]
