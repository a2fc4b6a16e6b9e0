"""Settings that do not fit the task or the target, refused before anything is fitted."""

from typing import Any

import pandas as pd

from ..counts import counted
from ..errors import ProjectError
from ..settings import Settings
from ..tasks import TASKS, TaskName
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
            f"config.yaml: registry.metric: {metric} is not measured for "
            f"{counted(y.nunique(), 'class', 'classes')}; choose from {', '.join(measured)}."
        )


def check_settings(use_case: UseCase, settings: Settings) -> None:
    """Hold config.yaml against the use case's task, before any data are loaded.

    Raises:
        ProjectError: The registry's metric is for the other task.
    """
    check_metric("registry.metric", settings.registry.metric, use_case.features.task)


def check_metric(setting: str, metric: str, task: TaskName) -> None:
    """Refuse a setting that names a metric of the other task.

    Raises:
        ProjectError: It does; the sentence names the metrics to choose from.
    """
    known = TASKS[task].metrics
    if metric not in known:
        raise ProjectError(
            f"config.yaml: {setting}: {metric} is not measured for a {task}; "
            f"choose from {', '.join(known)}."
        )
