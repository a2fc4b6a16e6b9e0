"""Intervals of 95 % for metrics: Wilson's for a proportion, for all others the bootstrap's.

The bootstrap draws the rows anew with replacement, measures each draw, and takes the 2.5th and
97.5th percentile: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13. A draw
is a weight for each row, so the metrics are weighted ones, written for speed; a test holds them
against scikit-learn's.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..bundle.schema import Schema
from ..progress import advance
from ..tasks import class_indices
from ..training.calibration import wilson

Floats = npt.NDArray[np.float64]
Weighted = Callable[[Floats], dict[str, float]]
"""The metrics for weights (n,)."""

FEWEST, MOST = 200, 500
"""Draws: most for few rows, fewest for many."""

_WORK = 50_000_000
"""Values that are drawn in all, about."""


def intervals(
    schema: Schema, truth: Floats, outputs: Floats, seed: int
) -> dict[str, tuple[float, float]]:
    """Return each metric's interval; no metric where it can't be had.

    Args:
        schema: The bundle's.
        truth: Each row's class, as its place among the bundle's, or its number; at least one.
        outputs: The bundle's, shape (n, classes or 1); NaN where a probability is unknown.
        seed: For the draws.
    """
    n, random = len(truth), np.random.default_rng(seed)
    measure = weighted(schema, truth, outputs)
    draws = int(np.clip(_WORK // outputs.size, FEWEST, MOST))
    found: dict[str, list[float]] = {}
    for done in range(draws):
        advance(done, draws, "draws")
        drawn = np.bincount(random.integers(0, n, n), minlength=n).astype(np.float64)
        for name, value in measure(drawn).items():
            found.setdefault(name, []).append(value)
    ends = {name: _percentiles(values) for name, values in found.items()}
    if schema.classes:
        right = int((class_indices(np.nan_to_num(outputs)) == truth).sum())
        low, high = wilson(right, n)
        ends["accuracy"] = (float(low), float(high))
    return {name: (low, high) for name, (low, high) in ends.items() if np.isfinite(low + high)}


def _percentiles(values: list[float]) -> tuple[float, float]:
    known = [value for value in values if np.isfinite(value)]
    if len(known) < len(values) / 2:
        return np.nan, np.nan
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def weighted(schema: Schema, truth: Floats, outputs: Floats) -> Weighted:
    """Return a function from the rows' weights to the metrics; NaN for what they don't tell."""
    if not schema.classes:
        return _of_numbers(truth, outputs[:, 0])
    classes = _of_classes(
        truth.astype(int), class_indices(np.nan_to_num(outputs)), len(schema.classes)
    )
    if np.isnan(outputs).any():
        return classes
    shares = outputs / outputs.sum(axis=1, keepdims=True)
    probabilities = _of_probabilities(truth.astype(int), shares)
    return lambda weight: classes(weight) | probabilities(weight)


def _of_numbers(truth: Floats, predicted: Floats) -> Weighted:
    error = truth - predicted

    def measure(weight: Floats) -> dict[str, float]:
        rows = weight.sum()
        squares = weight @ error**2
        spread = weight @ (truth - weight @ truth / rows) ** 2
        return {
            "r2": 1 - squares / spread if spread else np.nan,
            "mae": weight @ np.abs(error) / rows,
            "rmse": float(np.sqrt(squares / rows)),
        }

    return measure


def _of_classes(truth: npt.NDArray[np.int64], answers: npt.NDArray[np.intp], k: int) -> Weighted:
    cells = truth * k + answers

    def measure(weight: Floats) -> dict[str, float]:
        counts = np.bincount(cells, weights=weight, minlength=k * k).reshape(k, k)
        right, true, told = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
        there = true > 0
        named = true + told > 0
        return {
            "balanced_accuracy": float((right[there] / true[there]).mean()),
            "f1_macro": float((2 * right[named] / (true + told)[named]).mean()),
        }

    return measure


def _of_probabilities(truth: npt.NDArray[np.int64], shares: Floats) -> Weighted:
    rows, k = shares.shape
    least = np.finfo(np.float64).eps
    loss = -np.log(shares[np.arange(rows), truth].clip(least, 1))
    columns = [1] if k == 2 else range(k)
    areas = [_area(truth == column, shares[:, column]) for column in columns]
    square = (shares[:, 1] - truth) ** 2 if k == 2 else None

    def measure(weight: Floats) -> dict[str, float]:
        found = {
            "log_loss": float(weight @ loss / weight.sum()),
            "roc_auc": float(np.mean([area(weight) for area in areas])),
        }
        return found if square is None else found | {"brier": weight @ square / weight.sum()}

    return measure


def _area(positive: npt.NDArray[np.bool_], scores: Floats) -> Callable[[Floats], float]:
    """Return the area under the ROC curve, of weights: Mann and Whitney's, ties counted half."""
    order = np.argsort(scores, kind="stable")
    ascending = scores[order]
    ties = np.flatnonzero(np.diff(ascending, prepend=-np.inf))
    is_positive = positive[order].astype(np.float64)

    def measure(weight: Floats) -> float:
        sorted_weight = weight[order]
        above = np.add.reduceat(sorted_weight * is_positive, ties)
        below = np.add.reduceat(sorted_weight, ties) - above
        pairs = above.sum() * below.sum()
        won = above @ (np.cumsum(below) - below / 2)
        return float(won / pairs) if pairs else np.nan

    return measure
