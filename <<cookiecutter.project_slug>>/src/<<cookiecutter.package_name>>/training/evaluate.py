"""Measure a pipeline on rows that it has not seen."""

from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.pipeline import Pipeline

from ..bundle.agreement import PRIMARY as PRIMARY
from ..bundle.engines import class_indices
from ..settings import Training
from .fit import fit
from .hooks import Rows, UseCase
from .split import Split, folds, most_folds


@dataclass(frozen=True)
class Scores:
    """How good a model is on the hold-out, over folds, and what the simplest answer reaches."""

    task: str
    hold_out: dict[str, float]
    folds: list[float]
    baseline: dict[str, float]

    def __str__(self) -> str:
        """Give the primary metric on the hold-out, over the folds and of the baseline."""
        name = PRIMARY[self.task]
        said = [f"{name} {self.hold_out[name]:.3f} on the hold-out"]
        if self.folds:
            spread = f"{mean(self.folds):.3f} ± {stdev(self.folds):.3f}"
            said += [f"{spread} over {len(self.folds)} folds"]
        simplest = "the majority class" if self.task == "classification" else "the mean"
        return ", ".join([*said, f"{self.baseline[name]:.3f} by always answering {simplest}"])


def predict(pipeline: Any, X: pd.DataFrame, task: str) -> Any:
    """Return probabilities (n rows, classes), or for regression predictions (n rows, 1)."""
    if task == "classification":
        return pipeline.predict_proba(X)
    return np.asarray(pipeline.predict(X)).reshape(-1, 1)


def evaluate(model: Any, rows: Rows, task: str) -> dict[str, float]:
    """Return the task's metrics by scikit-learn's definitions.

    Classification: accuracy, balanced_accuracy, f1_macro, log_loss (nats), roc_auc
    (one against the rest, macro average) and brier (`sklearn.metrics.brier_score_loss`, for two
    classes). Regression: r2, mae and rmse, the last two in the target's unit.
    """
    outputs = predict(model, rows.X, task)
    if task == "regression":
        return _regression(rows, outputs[:, 0])
    return _classification(rows, outputs, model.classes_)


def score(
    use_case: UseCase, pipeline: Pipeline, parts: Split, rows: Rows, settings: Training
) -> Scores:
    """Measure a pipeline on the hold-out, its hooks over folds of all rows, and a baseline.

    Args:
        use_case: The hooks, fitted anew for each fold.
        pipeline: Fitted on `parts.train`.
        parts: The split.
        rows: All rows.
        settings: Number of folds and seed.
    """
    task = use_case.features.task
    dummy = DummyClassifier() if task == "classification" else DummyRegressor()
    dummy.fit(parts.train.X, parts.train.y, parts.train.weight)
    return Scores(
        task,
        evaluate(pipeline, parts.test, task),
        _cross_validate(use_case, rows, settings),
        evaluate(dummy, parts.test, task),
    )


def _cross_validate(use_case: UseCase, rows: Rows, settings: Training) -> list[float]:
    task = use_case.features.task
    n_folds = min(settings.folds, most_folds(rows, task))
    if n_folds < 2:
        return []
    scores = []
    for parts in folds(rows, n_folds, settings.seed, task):
        pipeline = fit(use_case, parts.train, settings.seed)
        scores.append(evaluate(pipeline, parts.test, task)[PRIMARY[task]])
    return scores


def _classification(rows: Rows, probabilities: Any, classes: Any) -> dict[str, float]:
    y, weight = rows.y, {"sample_weight": rows.weight}
    predicted = classes[class_indices(probabilities)]
    found = {
        "accuracy": metrics.accuracy_score(y, predicted, **weight),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, predicted, **weight),
        "f1_macro": metrics.f1_score(y, predicted, average="macro", **weight),
        "log_loss": metrics.log_loss(y, probabilities, labels=classes, **weight),
    }
    if y.nunique() == len(classes):
        two = len(classes) == 2
        scores = probabilities[:, 1] if two else probabilities
        found["roc_auc"] = metrics.roc_auc_score(
            y, scores, multi_class="ovr", labels=classes, **weight
        )
        if two:
            found["brier"] = metrics.brier_score_loss(y, scores, pos_label=classes[1], **weight)
    return {name: float(value) for name, value in found.items()}


def _regression(rows: Rows, predicted: Any) -> dict[str, float]:
    y, weight = rows.y, {"sample_weight": rows.weight}
    return {
        "r2": float(metrics.r2_score(y, predicted, **weight)),
        "mae": float(metrics.mean_absolute_error(y, predicted, **weight)),
        "rmse": float(metrics.root_mean_squared_error(y, predicted, **weight)),
    }
