"""Measure a pipeline on rows that it has not seen."""

from dataclasses import dataclass
from math import isfinite
from statistics import mean, stdev
from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from ..errors import ProjectError
from ..settings import Training
from ..tasks import TASKS, TaskName
from .fit import fit
from .progress import advance
from .rows import Rows
from .split import Split, folds
from .task import TRAINING_TASKS
from .use_case import UseCase


@dataclass(frozen=True)
class Scores:
    """How good a model is on the hold-out, over folds, and what the simplest answer reaches."""

    task: TaskName
    hold_out: dict[str, float]
    folds: list[float]
    baseline: dict[str, float]

    @property
    def worse_than_nothing(self) -> bool:
        """Whether the simplest answer is better than the model on the hold-out."""
        name = TASKS[self.task].primary
        return self.hold_out[name] < self.baseline[name]

    def __str__(self) -> str:
        """Give the primary metric on the hold-out, over the folds and of the baseline."""
        task = TASKS[self.task]
        name = task.primary
        said = [f"{name} {self.hold_out[name]:.3f} on the hold-out"]
        if self.folds:
            spread = f"{mean(self.folds):.3f} ± {stdev(self.folds):.3f}"
            said += [f"{spread} over {len(self.folds)} folds"]
        return ", ".join([*said, f"{self.baseline[name]:.3f} by always answering {task.simplest}"])


def predict(model: Any, X: pd.DataFrame, task: TaskName) -> Any:
    """Return probabilities (n rows, classes), or for regression predictions (n rows, 1)."""
    return TRAINING_TASKS[task].outputs(model, X)


def evaluate(model: Any, rows: Rows, task: TaskName) -> dict[str, float]:
    """Return the task's metrics of a model, by scikit-learn's definitions."""
    return TRAINING_TASKS[task].evaluate(rows, predict(model, rows.X, task), model)


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

    Raises:
        ProjectError: A metric is no finite number.
    """
    dummy = use_case.task.baseline()
    dummy.fit(parts.train.X, parts.train.y, parts.train.weight)
    hold_out = evaluate(pipeline, parts.test, use_case.features.task)
    if unmeasured := [name for name, value in hold_out.items() if not isfinite(value)]:
        raise ProjectError(
            f"{', '.join(unmeasured)} can't be measured on the hold-out: the target's values or "
            "the predictions are too large to be squared. Scale the target in "
            "DataLoader.load_data."
        )
    return Scores(
        use_case.features.task,
        hold_out,
        _cross_validate(use_case, rows, settings),
        evaluate(dummy, parts.test, use_case.features.task),
    )


def _cross_validate(use_case: UseCase, rows: Rows, settings: Training) -> list[float]:
    task = use_case.features.task
    n_folds = min(settings.folds, use_case.task.most_folds(rows))
    if n_folds < 2:
        return []
    scores = []
    for done, parts in enumerate(folds(rows, n_folds, settings.seed, task)):
        advance(done, n_folds, "folds")
        pipeline = fit(use_case, parts.train, settings.seed)
        scores.append(evaluate(pipeline, parts.test, task)[TASKS[task].primary])
    return scores
