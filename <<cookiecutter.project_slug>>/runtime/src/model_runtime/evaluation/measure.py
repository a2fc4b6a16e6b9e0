"""The metrics of a bundle's answers, beside the simplest answer to the same rows."""

import warnings
from dataclasses import dataclass
from math import isfinite
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..bundle.schema import Schema
from ..tasks import Outputs, class_indices
from ..training.by_class import ClassScore, by_class
from ..training.rows import Rows
from ..training.task import TRAINING_TASKS

Weight = npt.NDArray[np.int64] | None


@dataclass(frozen=True)
class Measured:
    """Metrics, by training's definitions, of the bundle and of the simplest answer.

    What these rows do not tell, such as ROC AUC where a class is missing, is in neither.
    """

    metrics: dict[str, float]
    baseline: dict[str, float]
    classes: list[ClassScore]


def measure(
    schema: Schema, truth: npt.NDArray[np.float64], outputs: Outputs, weight: Weight
) -> Measured:
    """Measure the answers to n rows.

    Args:
        schema: The bundle's.
        truth: Each row's class, as its place among the bundle's, or its number.
        outputs: The bundle's, shape (n, classes or 1).
        weight: How many rows each stands for.
    """
    if not schema.classes:
        simplest = np.full_like(outputs, np.average(truth, weights=weight))
        metrics, baseline = (_metrics(schema, truth, each, weight) for each in (outputs, simplest))
        return Measured(metrics, baseline, [])
    places = truth.astype(int)
    shares = np.bincount(places, weights=weight, minlength=len(schema.classes))
    simplest = np.tile(shares / shares.sum(), (len(places), 1))
    # In single precision they sum to 1 but for a rounding error, which scikit-learn warns of.
    exact = outputs / outputs.sum(axis=1, keepdims=True)
    metrics, baseline = (_metrics(schema, places, each, weight) for each in (exact, simplest))
    classes = by_class(places, class_indices(outputs), schema.classes, weight)
    return Measured(metrics, baseline, classes)


def _metrics(schema: Schema, truth: Any, outputs: Outputs, weight: Weight) -> dict[str, float]:
    rows = Rows(pd.DataFrame(index=range(len(truth))), pd.Series(truth), weight)
    model = SimpleNamespace(classes_=np.arange(len(schema.classes)))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of a class that is not among these rows
        found = TRAINING_TASKS[schema.task].evaluate(rows, outputs, model)
    return {name: value for name, value in found.items() if isfinite(value)}
