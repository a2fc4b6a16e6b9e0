"""The tasks as training sees them: how rows are split, measured and checked."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn import metrics
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.model_selection import KFold, StratifiedKFold

from ..compiler.threads import one_thread_for_few
from ..features.number import as_float, is_number
from ..tasks import TASKS, Task, TaskName, class_indices
from .rows import Rows
from .target_check import ClassCounts, NumberCheck, Origin, TargetCheck


class TrainingTask(ABC):
    """A task as training sees it."""

    task: ClassVar[Task]

    fewest_held_out: ClassVar[int]
    """Rows without which nothing can be measured."""

    baseline: ClassVar[type[Any]]
    """The estimator that has learned nothing."""

    def outputs(self, model: Any, X: pd.DataFrame) -> Any:
        """Return probabilities (n rows, classes), or for regression predictions (n rows, 1)."""
        with one_thread_for_few(len(X)):
            return np.asarray(getattr(model, self.task.method)(X)).reshape(len(X), -1)

    @abstractmethod
    def evaluate(self, rows: Rows, outputs: Any, model: Any) -> dict[str, float]:
        """Return the metrics of a model's outputs for some rows."""

    @abstractmethod
    def measured(self, y: "pd.Series[Any]") -> tuple[str, ...]:
        """Return the metrics that can be had for a target."""

    @abstractmethod
    def search_metric(self, y: "pd.Series[Any]") -> str:
        """Return the metric that a search goes by, unless config.yaml names one."""

    @abstractmethod
    def plain(self, y: "pd.Series[Any]") -> npt.NDArray[Any]:
        """Return an encoded target, none of it missing, in a type that scikit-learn learns from."""

    @abstractmethod
    def strata(self, y: "pd.Series[Any]") -> npt.NDArray[Any] | None:
        """Return the groups (n,) of which each part of the rows gets its share, if any."""

    @abstractmethod
    def folds(self, n_folds: int, seed: int) -> Any:
        """Return what parts unweighted rows into folds."""

    @abstractmethod
    def most_folds(self, rows: Rows) -> int:
        """Return how many folds there can be."""

    @abstractmethod
    def scale(self, y: "pd.Series[Any]") -> float:
        """Return what a difference of two answers is held against."""

    @abstractmethod
    def check_target(
        self, target: "pd.Series[Any]", weight: "pd.Series[Any] | None", origin: Origin
    ) -> TargetCheck:
        """Return what is to be said of a target, or of a part of it.

        Args:
            target: As loaded, n values, numbered from 0; some may be missing.
            weight: How many rows each stands for, if they are weighted.
            origin: Of the rows, for messages.
        """


class TrainingClassification(TrainingTask):
    """Metrics by scikit-learn: log_loss in nats; for roc_auc each class against the rest.

    brier is `sklearn.metrics.brier_score_loss`, for two classes.
    """

    task = TASKS["classification"]
    fewest_held_out = 1
    baseline = DummyClassifier

    def evaluate(self, rows: Rows, outputs: Any, model: Any) -> dict[str, float]:
        """See `TrainingTask`."""
        y, classes, weight = rows.y, model.classes_, {"sample_weight": rows.weight}
        predicted = classes[class_indices(outputs)]
        found = {
            "accuracy": metrics.accuracy_score(y, predicted, **weight),
            "balanced_accuracy": metrics.balanced_accuracy_score(y, predicted, **weight),
            "f1_macro": metrics.f1_score(y, predicted, average="macro", **weight),
            "log_loss": metrics.log_loss(y, outputs, labels=classes, **weight),
        }
        if y.nunique() == len(classes):
            two = len(classes) == 2
            scores = outputs[:, 1] if two else outputs
            found["roc_auc"] = metrics.roc_auc_score(
                y, scores, multi_class="ovr", labels=classes, **weight
            )
            if two:
                found["brier"] = metrics.brier_score_loss(y, scores, pos_label=classes[1], **weight)
        return {name: float(value) for name, value in found.items()}

    def measured(self, y: "pd.Series[Any]") -> tuple[str, ...]:
        """See `TrainingTask`: brier is for two classes."""
        return tuple(name for name in self.task.metrics if name != "brier" or y.nunique() == 2)

    def search_metric(self, y: "pd.Series[Any]") -> str:
        """See `TrainingTask`: it ranks probabilities, not only the class that is named."""
        return "roc_auc" if y.nunique() == 2 else "log_loss"

    def plain(self, y: "pd.Series[Any]") -> npt.NDArray[Any]:
        """See `TrainingTask`: texts, numbers or booleans, of no type of pandas' own."""
        values = np.asarray(y.to_numpy())
        if values.dtype == object and all(is_number(value) for value in values):
            return np.array([int(as_float(value)) for value in values])
        if values.dtype == object and not any(isinstance(value, str) for value in values):
            return values.astype(bool)
        return values

    def strata(self, y: "pd.Series[Any]") -> npt.NDArray[Any]:
        """Return the classes."""
        return np.asarray(y)

    def folds(self, n_folds: int, seed: int) -> Any:
        """See `TrainingTask`."""
        return StratifiedKFold(n_folds, shuffle=True, random_state=seed)

    def most_folds(self, rows: Rows) -> int:
        """Return with how many folds each class is in each of them."""
        weight = np.ones(len(rows.X)) if rows.weight is None else rows.weight
        return int(pd.Series(weight).groupby(np.asarray(rows.y)).sum().min())

    def scale(self, y: "pd.Series[Any]") -> float:
        """Return 1, the greatest probability."""
        return 1.0

    def check_target(
        self, target: "pd.Series[Any]", weight: "pd.Series[Any] | None", origin: Origin
    ) -> TargetCheck:
        """See `TrainingTask`."""
        return ClassCounts.of(target, weight)


class TrainingRegression(TrainingTask):
    """Metrics by scikit-learn: r2; mae and rmse in the target's unit."""

    task = TASKS["regression"]
    fewest_held_out = 2
    baseline = DummyRegressor

    def evaluate(self, rows: Rows, outputs: Any, model: Any) -> dict[str, float]:
        """See `TrainingTask`."""
        y, predicted, weight = rows.y, outputs[:, 0], {"sample_weight": rows.weight}
        return {
            "r2": float(metrics.r2_score(y, predicted, **weight)),
            "mae": float(metrics.mean_absolute_error(y, predicted, **weight)),
            "rmse": float(metrics.root_mean_squared_error(y, predicted, **weight)),
        }

    def measured(self, y: "pd.Series[Any]") -> tuple[str, ...]:
        """See `TrainingTask`: all of them."""
        return tuple(self.task.metrics)

    def search_metric(self, y: "pd.Series[Any]") -> str:
        """See `TrainingTask`: the primary one."""
        return self.task.primary

    def plain(self, y: "pd.Series[Any]") -> npt.NDArray[Any]:
        """See `TrainingTask`: floats."""
        return y.to_numpy(np.float64)

    def strata(self, y: "pd.Series[Any]") -> npt.NDArray[Any] | None:
        """Return none."""
        return None

    def folds(self, n_folds: int, seed: int) -> Any:
        """See `TrainingTask`."""
        return KFold(n_folds, shuffle=True, random_state=seed)

    def most_folds(self, rows: Rows) -> int:
        """Return with how many folds there are two rows in each."""
        return len(rows) // 2

    def scale(self, y: "pd.Series[Any]") -> float:
        """Return the target's standard deviation, or 1 where there is none."""
        # By its largest first, for the square of a number may be larger than any number.
        largest = float(np.abs(y).max())
        return float((y / largest).std(ddof=0) * largest) or 1.0 if largest else 1.0

    def check_target(
        self, target: "pd.Series[Any]", weight: "pd.Series[Any] | None", origin: Origin
    ) -> TargetCheck:
        """See `TrainingTask`."""
        return NumberCheck.of(target, origin)


TRAINING_TASKS: dict[TaskName, TrainingTask] = {
    "classification": TrainingClassification(),
    "regression": TrainingRegression(),
}
