"""The performance of logged answers: in all, by time, by model version and by class."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..bundle.schema import Schema
from ..evaluation.measure import Measured, measure
from ..tasks import class_indices
from ..training.by_class import ClassScore
from ..training.calibration import Bin, calibration, calibration_error, numbers, wilson
from .answers import complete
from .intervals import intervals
from .periods import Unit, label, starts

BINS = 10
"""Bins of the calibration."""

_OF_PROBABILITIES = {"log_loss", "roc_auc", "brier"}

Interval = tuple[float, float]


@dataclass(frozen=True)
class Known:
    """The n predictions whose outcome is known.

    `truth` has each one's class, as its place among the bundle's, or its number; `outputs` the
    shape (n, classes or 1), NaN for probabilities that are not logged; `times` are in seconds since
    1970.
    """

    times: npt.NDArray[np.float64]
    versions: npt.NDArray[np.int64]
    truth: npt.NDArray[np.float64]
    outputs: npt.NDArray[np.float64]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.truth)

    def take(self, rows: Any) -> "Known":
        """Return those at the indices, or where a mask is true."""
        return Known(
            *(part[rows] for part in (self.times, self.versions, self.truth, self.outputs))
        )


@dataclass(frozen=True)
class Measurement:
    """Metrics of some predictions, by training's definitions, and their intervals of 95 %."""

    rows: int
    metrics: dict[str, float]
    intervals: dict[str, Interval]

    def range(self, name: str) -> str:
        """Return a metric's interval in words; nothing where there is none."""
        return " to ".join(f"{end:.4g}" for end in self.intervals.get(name, ()))


@dataclass(frozen=True)
class Shares:
    """The intervals of a class's precision and recall, where there are such."""

    precision: Interval | None
    recall: Interval | None


@dataclass(frozen=True)
class Performance:
    """The whole of it; `baseline` is what the simplest answer would have reached.

    `first` has the period in which each version was first, `classes` a score and its intervals for
    each class. The calibration is of the second of two classes, of more of the class that was
    answered, or of a regression's number.
    """

    whole: Measurement
    baseline: dict[str, float]
    unit: Unit
    periods: dict[str, Measurement]
    versions: dict[int, Measurement]
    first: dict[int, str]
    classes: list[tuple[ClassScore, Shares]]
    calibration: list[Bin]
    calibration_error: float | None


def perform(schema: Schema, known: Known, unit: Unit, seed: int) -> Performance:
    """Measure predictions, of which there is at least one.

    Args:
        schema: The bundle's.
        known: The predictions and their outcomes.
        unit: The periods that are measured each.
        seed: For the bootstrap.
    """
    begins = starts(known.times, unit)
    parts = {label(begin, unit): known.take(begins == begin) for begin in np.unique(begins)}
    by_version = {
        int(each): known.take(known.versions == each) for each in np.unique(known.versions)
    }
    whole, told = _measured(schema, known, seed)
    bins = _calibration(schema, known)

    def measured(part: Known) -> Measurement:
        return whole if len(part) == len(known) else _measured(schema, part, seed)[0]

    return Performance(
        whole=whole,
        baseline={name: told.baseline[name] for name in whole.metrics},
        unit=unit,
        periods={name: measured(part) for name, part in parts.items()},
        versions={name: measured(part) for name, part in by_version.items()},
        first={
            name: label(starts(part.times, unit).min(), unit) for name, part in by_version.items()
        },
        classes=[(score, _shares(score)) for score in told.classes],
        calibration=bins,
        calibration_error=calibration_error(bins) if schema.classes else None,
    )


def _measured(schema: Schema, known: Known, seed: int) -> tuple[Measurement, Measured]:
    told = measure(schema, known.truth, np.nan_to_num(known.outputs), None)
    unknown = set() if complete(known.outputs) else _OF_PROBABILITIES
    metrics = {name: value for name, value in told.metrics.items() if name not in unknown}
    ends = intervals(schema, known.truth, known.outputs, seed)
    return Measurement(len(known), metrics, ends), told


def _shares(score: ClassScore) -> Shares:
    return Shares(_interval(score.precision, score.answered), _interval(score.recall, score.rows))


def _interval(share: float | None, rows: int) -> Interval | None:
    if share is None or not rows:
        return None
    low, high = wilson(share * rows, rows)
    return float(low), float(high)


def _calibration(schema: Schema, known: Known) -> list[Bin]:
    if not schema.classes:
        return numbers(known.outputs[:, 0], known.truth, BINS)
    outputs = np.nan_to_num(known.outputs)
    if len(schema.classes) == 2:
        return calibration(outputs[:, 1], known.truth == 1, BINS)
    answers = class_indices(outputs)
    return calibration(outputs[np.arange(len(known)), answers], known.truth == answers, BINS)
