"""Measure a pipeline on rows that it has not seen."""

from dataclasses import dataclass, field
from math import isfinite
from statistics import mean, stdev
from typing import Any

import pandas as pd

from ..counts import counted
from ..errors import ProjectError
from ..features import Features
from ..settings import Settings
from ..tasks import TASKS, Outputs, TaskName, class_indices
from .by_class import ClassScore, by_class
from .cross_validate import cross_validate
from .learn import Learned
from .rows import Rows
from .task import TRAINING_TASKS
from .use_case import UseCase


@dataclass(frozen=True)
class Scores:
    """Scores of a model on the hold-out and over folds, and those of the simplest answer.

    `gates` says of each metric that decides over the model what is asked of it.
    """

    task: TaskName
    hold_out: dict[str, float]
    folds: list[float]
    baseline: dict[str, float]
    classes: list[ClassScore] = field(default_factory=list)
    gates: dict[str, str] = field(default_factory=dict)

    @property
    def worse_than_nothing(self) -> bool:
        """True where the simplest answer is better than the model on the hold-out."""
        name = TASKS[self.task].primary
        return self.hold_out[name] < self.baseline[name]

    def __str__(self) -> str:
        """Give the primary metric on the hold-out, over the folds and of the baseline."""
        task = TASKS[self.task]
        name = task.primary
        said = [f"{name} {self.hold_out[name]:.3f} on the hold-out"]
        if self.folds:
            spread = f"{mean(self.folds):.3f} ± {stdev(self.folds):.3f}"
            said += [f"{spread} over {counted(len(self.folds), 'fold')}"]
        return ", ".join([*said, f"{self.baseline[name]:.3f} by always answering {task.simplest}"])

    def gated(self) -> list[str]:
        """Give each metric that decides over the model, beside the simplest answer and the gate."""
        simplest = f"by always answering {TASKS[self.task].simplest}"
        return [
            f"{name} {self.hold_out[name]:.3f}, {self.baseline[name]:.3f} {simplest}; {asked}"
            for name, asked in self.gates.items()
            if name in self.hold_out
        ]


def predict(model: Any, X: pd.DataFrame, task: TaskName) -> Any:
    """Return probabilities (n rows, classes), or for regression predictions (n rows, 1)."""
    return TRAINING_TASKS[task].outputs(model, X)


def evaluate(model: Any, rows: Rows, task: TaskName) -> dict[str, float]:
    """Return the task's metrics of a model, by scikit-learn's definitions."""
    return TRAINING_TASKS[task].evaluate(rows, predict(model, rows.X, task), model)


def score(use_case: UseCase, learned: Learned, outputs: Outputs, settings: Settings) -> Scores:
    """Measure a pipeline on the hold-out, its hooks over folds of all rows, and a baseline.

    Args:
        use_case: The hooks, fitted anew for each fold.
        learned: The fitted pipeline and its rows.
        outputs: The pipeline's for the hold-out.
        settings: Number of folds and seed, and the metric that promotion goes by.

    Raises:
        ProjectError: A metric is no finite number.
    """
    features, parts = use_case.features, learned.parts
    dummy = use_case.task.baseline()
    dummy.fit(parts.train.X, parts.train.y, parts.train.weight)
    hold_out, by_classes = _measured(use_case, learned, outputs)
    if unmeasured := [name for name, value in hold_out.items() if not isfinite(value)]:
        raise ProjectError(
            f"{', '.join(unmeasured)} can't be measured on the hold-out: the target's values or "
            "the predictions are too large to be squared. Scale the target in "
            "DataLoader.load_data."
        )
    return Scores(
        features.task,
        hold_out,
        cross_validate(use_case, learned.data.rows, settings.training, evaluate),
        evaluate(dummy, parts.test, features.task),
        by_classes,
        _gates(features, settings),
    )


def _gates(features: Features, settings: Settings) -> dict[str, str]:
    """Return what is asked of each metric that decides over a model."""
    asked = {name: f"has to be {text.strip()}" for name, text in features.thresholds.items()}
    metric = settings.registry.metric
    if metric not in asked and metric != TASKS[features.task].primary:
        asked[metric] = "promotion goes by it"
    return asked


def _measured(
    use_case: UseCase, learned: Learned, outputs: Outputs
) -> tuple[dict[str, float], list[ClassScore]]:
    """Return the metrics on the hold-out, and each class's."""
    rows, classes, pipeline = learned.parts.test, learned.schema.classes, learned.pipeline
    found = use_case.task.evaluate(rows, outputs, pipeline)
    if not classes:
        return found, []
    truth = pd.Index(pipeline.classes_).get_indexer(pd.Index(rows.y))
    return found, by_class(truth, class_indices(outputs), classes, rows.weight)
