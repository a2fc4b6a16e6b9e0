"""Calibration: are of those who are told 0.8 eight in ten of the class? With intervals."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_Z = 1.959964
"""The normal distribution's quantile for 95 %."""


@dataclass(frozen=True)
class Bin:
    """Rows of about the same prediction: its mean, and that of what came true with its interval."""

    rows: int
    predicted: float
    observed: float
    low: float
    high: float


def wilson(successes: Any, rows: Any) -> tuple[Any, Any]:
    """Return the ends of a proportion's 95 % interval: Wilson's, without continuity correction.

    Wilson (1927), J. Am. Stat. Assoc. 22, 209-212; Brown, Cai and DasGupta (2001), Statistical
    Science 16, 101-133, recommend it for any number of rows.

    Args:
        successes: How many rows have it; a number, or an array of any shape.
        rows: Of how many, at least one; likewise.
    """
    share, square = np.divide(successes, rows), _Z**2 / np.asarray(rows, np.float64)
    middle = (share + square / 2) / (1 + square)
    reach = _Z * np.sqrt(share * (1 - share) / rows + square / rows / 4) / (1 + square)
    return (middle - reach).clip(0, 1), (middle + reach).clip(0, 1)


def calibration(predicted: Floats, came_true: npt.NDArray[np.bool_], bins: int) -> list[Bin]:
    """Part rows by their probabilities (n,) into bins of about as many; n is at least 1.

    Rows of one probability are never parted, so there may be fewer bins.
    """
    found = []
    for rows in _parts(predicted, bins):
        share = float(came_true[rows].mean())
        low, high = (float(end) for end in wilson(share * len(rows), len(rows)))
        said = float(predicted[rows].mean())
        # At 0 and 1 an end is the share itself, but for a rounding error.
        found.append(Bin(len(rows), said, share, min(low, share), max(high, share)))
    return found


def numbers(predicted: Floats, actual: Floats, bins: int) -> list[Bin]:
    """Part rows likewise by predicted numbers; a mean's interval is the normal one."""
    found = []
    for rows in _parts(predicted, bins):
        said, mean = float(predicted[rows].mean()), float(actual[rows].mean())
        reach = _Z * float(actual[rows].std()) / max(1, len(rows) - 1) ** 0.5
        found.append(Bin(len(rows), said, mean, mean - reach, mean + reach))
    return found


def _parts(predicted: Floats, bins: int) -> list[npt.NDArray[np.intp]]:
    """Return the rows of each bin, the least predictions first."""
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, bins + 1)[1:-1]))
    places = np.searchsorted(edges, predicted, side="left")
    return [np.flatnonzero(places == place) for place in np.unique(places)]


def calibration_error(bins: list[Bin]) -> float:
    """Return the expected calibration error: the bins' distances from the diagonal, by their rows.

    Naeini, Cooper and Hauskrecht (2015), AAAI; here with bins of about as many rows.
    """
    rows = sum(each.rows for each in bins)
    return sum(each.rows * abs(each.predicted - each.observed) for each in bins) / rows
