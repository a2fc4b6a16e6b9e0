"""Intervals: Wilson's against published values, the bootstrap's metrics against scikit-learn's."""

from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from model_runtime.bundle.schema import Schema
from model_runtime.evaluation.measure import measure
from model_runtime.monitoring.intervals import intervals, weighted
from model_runtime.training.calibration import calibration, calibration_error, numbers, wilson


def schema(classes: int) -> Schema:
    names = [f"c{k}" for k in range(classes)]
    return Schema.model_validate(
        {
            "task": "classification" if classes else "regression",
            "target": "t",
            "features": [{"name": "x", "type": "number", "example": 1.0}],
            "classes": names,
            "flags": names,
        }
    )


def rows(classes: int, n: int, seed: int = 0) -> tuple[Any, Any]:
    """Return the truth and outputs of n rows, some of which are tied."""
    random = np.random.default_rng(seed)
    if not classes:
        truth = random.normal(10, 3, n)
        return truth, (truth + random.normal(0, 2, n)).reshape(-1, 1)
    truth = random.integers(0, classes, n).astype(float)
    raw = random.random((n, classes)).round(1) + 0.05 + np.eye(classes)[truth.astype(int)] * 0.3
    return truth, raw / raw.sum(axis=1, keepdims=True)


# Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3.
@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_the_published_one(right: int, n: int, low: float, high: float) -> None:
    found = wilson(right, n)
    assert [float(end) for end in found] == pytest.approx([low, high], abs=5e-5)


@pytest.mark.parametrize("classes", [0, 2, 4])
def test_with_each_row_once_the_bootstraps_metrics_are_scikit_learns(classes: int) -> None:
    truth, outputs = rows(classes, 300)
    mine = weighted(schema(classes), truth, outputs)(np.ones(300))
    theirs = measure(schema(classes), truth, outputs, None).metrics
    assert mine == pytest.approx({name: theirs[name] for name in mine})
    assert mine.keys() == theirs.keys() - {"accuracy"}


@pytest.mark.parametrize("classes", [0, 2, 4])
def test_a_draw_weighs_rows_as_often_as_it_has_them(classes: int) -> None:
    truth, outputs = rows(classes, 100)
    drawn = np.random.default_rng(1).integers(0, 100, 100)
    weight = np.bincount(drawn, minlength=100).astype(float)
    mine = weighted(schema(classes), truth, outputs)(weight)
    theirs = weighted(schema(classes), truth[drawn], outputs[drawn])(np.ones(100))
    assert mine == pytest.approx(theirs)


@pytest.mark.parametrize("classes", [0, 2, 4])
def test_the_same_seed_gives_the_same_intervals_and_more_rows_narrower_ones(classes: int) -> None:
    few, many = rows(classes, 100), rows(classes, 1_600)
    first = intervals(schema(classes), *few, seed=7)
    assert first == intervals(schema(classes), *few, seed=7)
    narrow = intervals(schema(classes), *many, seed=7)
    for name, (low, high) in first.items():
        assert 2 < (high - low) / (narrow[name][1] - narrow[name][0]) < 8, name


def test_the_interval_of_a_mean_covers_it_as_often_as_it_says() -> None:
    random = np.random.default_rng(5)
    covered = 0
    for seed in range(60):
        outputs = np.zeros((80, 1))
        low, high = intervals(schema(0), random.normal(0, 1, 80), outputs, seed)["mae"]
        covered += low <= np.sqrt(2 / np.pi) <= high
    assert 51 <= covered <= 60


def test_unknown_probabilities_leave_only_what_the_answer_tells() -> None:
    truth, outputs = rows(4, 50)
    best = np.where(outputs == outputs.max(axis=1, keepdims=True), outputs, np.nan)
    found = intervals(schema(4), truth, best, 0)
    assert found.keys() == {"accuracy", "balanced_accuracy", "f1_macro"}


def test_calibration_bins_hold_each_row_once_and_tied_ones_together() -> None:
    random = np.random.default_rng(0)
    predicted = random.random(1_000).round(2)
    came = random.random(1_000) < predicted
    found = calibration(predicted, came, 10)
    assert sum(each.rows for each in found) == 1_000
    assert sum(each.rows * each.predicted for each in found) == pytest.approx(predicted.sum())
    assert sum(each.rows * each.observed for each in found) == pytest.approx(came.sum())
    assert all(each.low <= each.observed <= each.high for each in found)
    assert sum(each.low <= each.predicted <= each.high for each in found) >= 8
    assert calibration_error(found) < 0.06
    for n in range(1, 60):
        (all_of_them,) = calibration(np.ones(n), np.ones(n, bool), 10)
        assert all_of_them.low < all_of_them.high == 1
    (one,) = calibration(np.full(50, 0.25), came[:50], 10)
    assert one.rows == 50


def test_a_regressions_bins_have_the_means_of_both_sides() -> None:
    truth, outputs = rows(0, 400)
    found = numbers(outputs[:, 0], truth, 4)
    assert [each.rows for each in found] == [100] * 4
    assert sum(each.observed for each in found) / 4 == pytest.approx(truth.mean())
    assert (
        metrics.r2_score([each.observed for each in found], [each.predicted for each in found])
        > 0.5
    )
