"""Settings that can't be kept, refused before any data are loaded."""

from typing import Any

import pandas as pd

from ..automl.estimators import estimators
from ..errors import ProjectError
from ..settings import Settings
from .use_case import UseCase


def check_measured(use_case: UseCase, settings: Settings, y: "pd.Series[Any]") -> None:
    """Hold the registry's metric against the target, before anything is fitted.

    Raises:
        ProjectError: It is not measured for so many classes.
    """
    metric, task = settings.registry.metric, use_case.task
    measured = task.measured(y)
    if metric in task.task.metrics and metric not in measured:
        raise ProjectError(
            f"config.yaml: registry.metric: {metric} is not measured for {y.nunique()} classes; "
            f"choose from {', '.join(measured)}."
        )


def check_settings(use_case: UseCase, settings: Settings) -> None:
    """Hold config.yaml against the use case's task.

    Raises:
        ProjectError: A metric or an estimator is for another task.
    """
    task = use_case.features.task
    measured = use_case.task.task.metrics
    asked = {"registry.metric": settings.registry.metric}
    if settings.automl.enabled and settings.automl.metric != "auto":
        asked["automl.metric"] = settings.automl.metric
    for setting, metric in asked.items():
        if metric not in measured:
            raise ProjectError(
                f"config.yaml: {setting}: {metric} is not measured for a {task}; "
                f"choose from {', '.join(measured)}."
            )
    known = estimators(task)
    if settings.automl.enabled and not set(settings.automl.estimators) & set(known):
        raise ProjectError(
            f"config.yaml: automl.estimators: none of {', '.join(settings.automl.estimators)} is "
            f"for a {task}; choose from {', '.join(known)}."
        )
