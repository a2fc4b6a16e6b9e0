"""Measure an estimator on rows that it has not learned from."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import _safe_indexing

from ..counts import counted
from ..errors import ProjectError
from ..tasks import BETTER_WHEN_LOW, TaskName
from ..training.evaluate import predict
from ..training.rows import Rows
from ..training.split import folds
from ..training.task import TRAINING_TASKS
from .fitting import fitted

FOLDS = 5
FEW_ROWS = 10_000
"""Up to here each fold is held out once; of more rows, one fold is enough."""


@dataclass(frozen=True)
class Measured:
    """A fold's score, and the seconds that it took."""

    score: float
    seconds: float


class Validation:
    """Parts of the rows, of which some are learned from and the others measured on."""

    def __init__(self, X: Any, y: Any, weight: Any, task: TaskName, metric: str, seed: int) -> None:
        """Part the rows.

        Raises:
            ProjectError: There are too few, or the metric is not measured for this task.
        """
        self.task, self.seed = task, seed
        self.shape = X.shape
        self._X, self._y, self._weight = X, pd.Series(np.asarray(y)), weight
        self._parts = self._parted(seed)
        usual = TRAINING_TASKS[task].search_metric(self._y)
        self.metric = usual if metric == "auto" else metric
        self.higher_is_better = self.metric not in BETTER_WHEN_LOW

    @property
    def n_folds(self) -> int:
        """The number of fits that it takes to measure an estimator."""
        return len(self._parts)

    def measure(self, estimator: Any, fold: int) -> Measured:
        """Fit an estimator on the other rows, and measure it on a fold's."""
        start = time.perf_counter()
        model, test = self.fit(estimator, fold)
        score = self.score(model, test, predict(model, test.X, self.task))
        return Measured(score, time.perf_counter() - start)

    def fit(self, estimator: Any, fold: int) -> tuple[Any, Rows]:
        """Fit an estimator on the other rows; return it with those that are held out."""
        train, test = self._parts[fold]
        model = fitted(estimator, self._at(train.X), train.y, train.weight)
        return model, Rows(self._at(test.X), test.y, test.weight)

    def score(self, model: Any, rows: Rows, outputs: Any) -> float:
        """Return the metric of a model's outputs for some rows."""
        metrics = TRAINING_TASKS[self.task].evaluate(rows, outputs, model)
        if self.metric not in metrics:
            raise ProjectError(
                f"config.yaml: automl.metric: {self.metric} is not measured here; "
                f"choose from auto, {', '.join(metrics)}."
            )
        return metrics[self.metric]

    def _parted(self, seed: int) -> list[tuple[Rows, Rows]]:
        weight = None if self._weight is None else np.asarray(self._weight)
        # X may be of any kind, so that its row numbers are parted in its place.
        rows = Rows(pd.DataFrame({"row": np.arange(len(self._y))}), self._y, weight)
        if (n_folds := min(FOLDS, TRAINING_TASKS[self.task].most_folds(rows))) < 2:
            raise ProjectError(
                f"{counted(len(rows), 'row is', 'rows are')} too few for a search "
                "(a class is in one row only); say automl.enabled: false in config.yaml."
            )
        parts = [(part.train, part.test) for part in folds(rows, n_folds, seed, self.task)]
        return parts if len(self._y) <= FEW_ROWS else parts[:1]

    def _at(self, numbered: pd.DataFrame) -> Any:
        return _safe_indexing(self._X, numbered["row"].to_numpy())
