"""The search's settings, held against the task before any data are loaded."""

from ..errors import ProjectError
from ..settings import Settings
from ..tasks import TaskName
from ..training.preflight import check_metric
from .estimators import estimators


def check_search(task: TaskName, settings: Settings) -> None:
    """Refuse a search that has nothing to try, or nothing to go by, for a task.

    Raises:
        ProjectError: The metric, or every estimator, is for the other task.
    """
    options = settings.automl
    if not options.enabled:
        return
    if options.metric != "auto":
        check_metric("automl.metric", options.metric, task)
    known = estimators(task)
    if not set(options.estimators) & set(known):
        raise ProjectError(
            f"config.yaml: automl.estimators: none of {', '.join(options.estimators)} is for a "
            f"{task}; choose from {', '.join(known)}."
        )
