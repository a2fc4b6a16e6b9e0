"""The two tasks of a model: classification and regression.

Both sides of the bundle need these facts; what only training needs of a task is in `training`.
"""

import math
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

TaskName = Literal["classification", "regression"]

Outputs = npt.NDArray[np.floating[Any]]
"""Shape (n, classes): probabilities. For regression (n, 1): predictions."""

TIE = 1e-6
"""Probabilities that are closer than this to the highest share its rank; the first class wins.

Two engines that agree to a rounding error then name the same class for a tie.
"""

BETTER_WHEN_LOW = {"log_loss", "brier", "mae", "rmse"}

_SHARE = (0.0, 1.0)
_LOSS = (0.0, math.inf)


def class_indices(probabilities: Outputs) -> npt.NDArray[np.intp]:
    """Return each row's class, as both engines and all metrics decide it (see `TIE`)."""
    # The ufunc itself: for one row NumPy's methods around it take longer than the work.
    highest = np.maximum.reduce(probabilities, axis=1, keepdims=True)
    return np.asarray((probabilities >= highest - TIE).argmax(axis=1))


class Task(ABC):
    """The kind of a model's answers."""

    has_classes: ClassVar[bool]

    method: ClassVar[str]
    """The method of an estimator that gives the outputs."""

    metrics: ClassVar[Mapping[str, tuple[float, float]]]
    """The metrics, the primary one first, and the least and the greatest that each can be."""

    simplest: ClassVar[str]
    """The answer of a model that has learned nothing."""

    @property
    def primary(self) -> str:
        """The metric that is named where one has to do."""
        return next(iter(self.metrics))

    @abstractmethod
    def within_range(self, outputs: Outputs) -> Outputs:
        """Return the outputs without rounding errors that leave their range."""

    @abstractmethod
    def names(self, flags: list[str]) -> list[str]:
        """Return the name of each column of the outputs."""

    @abstractmethod
    def values(self, outputs: Outputs, classes: list[str]) -> list[Any]:
        """Return each row's answer in one word or number."""

    @abstractmethod
    def counted(self, values: list[Any]) -> dict[str, int]:
        """Return how many values there are of each kind, for the metrics."""


class Classification(Task):
    """One of several classes, each with a probability."""

    has_classes = True
    method = "predict_proba"
    metrics: ClassVar = {
        "accuracy": _SHARE,
        "balanced_accuracy": _SHARE,
        "f1_macro": _SHARE,
        "log_loss": _LOSS,
        "roc_auc": _SHARE,
        "brier": _SHARE,
    }
    simplest = "the majority class"

    def within_range(self, outputs: Outputs) -> Outputs:
        """See `Task`: a sum of single-precision shares may end a rounding error above 1."""
        return outputs.clip(0, 1)

    def names(self, flags: list[str]) -> list[str]:
        """See `Task`."""
        return flags

    def values(self, outputs: Outputs, classes: list[str]) -> list[Any]:
        """See `Task`: the most likely class."""
        return list(map(classes.__getitem__, class_indices(outputs).tolist()))

    def counted(self, values: list[Any]) -> dict[str, int]:
        """See `Task`: by class."""
        return Counter(values)


class Regression(Task):
    """A number."""

    has_classes = False
    method = "predict"
    metrics: ClassVar = {"r2": (-math.inf, 1.0), "mae": _LOSS, "rmse": _LOSS}
    simplest = "the mean"

    def within_range(self, outputs: Outputs) -> Outputs:
        """See `Task`: any number is in range."""
        return outputs

    def names(self, flags: list[str]) -> list[str]:
        """See `Task`."""
        return ["prediction"]

    def values(self, outputs: Outputs, classes: list[str]) -> list[Any]:
        """See `Task`: the number."""
        return outputs[:, 0].tolist()  # type: ignore[no-any-return]

    def counted(self, values: list[Any]) -> dict[str, int]:
        """See `Task`."""
        return {"value": len(values)}


TASKS: dict[TaskName, Task] = {
    "classification": Classification(),
    "regression": Regression(),
}
