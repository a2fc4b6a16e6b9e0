"""Measure a pipeline on rows that it has not seen."""

from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.pipeline import Pipeline

from ..bundle.engines import class_indices
from ..settings import Training
from .fit import Split, fit, folds
from .hooks import UseCase

PRIMARY = {"classification": "accuracy", "regression": "r2"}


@dataclass(frozen=True)
class Scores:
    """How good a model is: all metrics on the hold-out, and the primary one beside others."""

    task: str
    hold_out: dict[str, float]
    folds: list[float]
    baseline: float

    def __str__(self) -> str:
        """Give the primary metric on the hold-out, over the folds and of the baseline."""
        name = PRIMARY[self.task]
        said = [f"{name} {self.hold_out[name]:.3f} on the hold-out"]
        if self.folds:
            spread = f"{mean(self.folds):.3f} ± {stdev(self.folds):.3f}"
            said += [f"{spread} over {len(self.folds)} folds"]
        simplest = "the majority class" if self.task == "classification" else "the mean"
        return ", ".join([*said, f"{self.baseline:.3f} by always answering {simplest}"])


def predict(pipeline: Pipeline, X: pd.DataFrame, task: str) -> Any:
    """Return probabilities (n rows, classes), or for regression predictions (n rows, 1)."""
    if task == "classification":
        return pipeline.predict_proba(X)
    return np.asarray(pipeline.predict(X)).reshape(-1, 1)


def evaluate(
    pipeline: Pipeline, X: pd.DataFrame, y: "pd.Series[Any]", task: str
) -> dict[str, float]:
    """Return the task's metrics by scikit-learn's definitions.

    Classification: accuracy, balanced_accuracy, f1_macro, log_loss (nats), roc_auc
    (one against the rest, macro average) and brier (`sklearn.metrics.brier_score_loss`, for two
    classes). Regression: r2, mae and rmse, the last two in the target's unit.
    """
    outputs = predict(pipeline, X, task)
    if task == "regression":
        return _regression(y, outputs[:, 0])
    return _classification(y, outputs, pipeline[-1].classes_)


def score(
    use_case: UseCase,
    pipeline: Pipeline,
    parts: Split,
    rows: tuple[pd.DataFrame, "pd.Series[Any]"],
    settings: Training,
) -> Scores:
    """Measure a pipeline on the hold-out, its hooks over folds of all rows, and a baseline.

    Args:
        use_case: The hooks, fitted anew for each fold.
        pipeline: Fitted on `parts.X_train`.
        parts: The split.
        rows: All rows, features and encoded target.
        settings: Number of folds and seed.
    """
    task = use_case.features.task
    dummy = DummyClassifier() if task == "classification" else DummyRegressor()
    dummy.fit(parts.X_train, parts.y_train)
    return Scores(
        task,
        evaluate(pipeline, parts.X_test, parts.y_test, task),
        _cross_validate(use_case, *rows, settings) if settings.folds > 1 else [],
        float(dummy.score(parts.X_test, parts.y_test)),
    )


def _cross_validate(
    use_case: UseCase, X: pd.DataFrame, y: "pd.Series[Any]", settings: Training
) -> list[float]:
    task = use_case.features.task
    scores = []
    for train, test in folds(y, settings.folds, settings.seed, task):
        pipeline = fit(use_case, X.iloc[train], y.iloc[train], settings.seed)
        scores.append(evaluate(pipeline, X.iloc[test], y.iloc[test], task)[PRIMARY[task]])
    return scores


def _classification(y: "pd.Series[Any]", probabilities: Any, classes: Any) -> dict[str, float]:
    predicted = classes[class_indices(probabilities)]
    found = {
        "accuracy": metrics.accuracy_score(y, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, predicted),
        "f1_macro": metrics.f1_score(y, predicted, average="macro"),
        "log_loss": metrics.log_loss(y, probabilities, labels=classes),
    }
    if y.nunique() == len(classes):
        two = len(classes) == 2
        scores = probabilities[:, 1] if two else probabilities
        found["roc_auc"] = metrics.roc_auc_score(y, scores, multi_class="ovr", labels=classes)
        if two:
            found["brier"] = metrics.brier_score_loss(y, scores, pos_label=classes[1])
    return {name: float(value) for name, value in found.items()}


def _regression(y: "pd.Series[Any]", predicted: Any) -> dict[str, float]:
    return {
        "r2": float(metrics.r2_score(y, predicted)),
        "mae": float(metrics.mean_absolute_error(y, predicted)),
        "rmse": float(metrics.root_mean_squared_error(y, predicted)),
    }
