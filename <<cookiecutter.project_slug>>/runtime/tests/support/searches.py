"""Short searches of AutoML, and what they found."""

from pathlib import Path
from typing import Any

from sklearn.datasets import make_classification, make_regression
from sklearn.linear_model import LinearRegression, LogisticRegression

from model_runtime.automl import search
from model_runtime.settings import AutoML, Settings
from model_runtime.training.session import Found, session

from .settings import settings_in

OTHERWISE = {"classification": LogisticRegression(), "regression": LinearRegression()}


def configured(folder: Path, **automl: Any) -> Settings:
    """Return settings with a search of few trials of quick estimators."""
    quick = {"enabled": True, "time_budget_s": None, "max_trials": 6, "estimators": ("rf", "lrl2")}
    options = AutoML.model_validate({**quick, **automl})
    return settings_in(folder, folds=2).model_copy(update={"automl": options})


def rows_of(task: str) -> tuple[Any, Any]:
    made = {"classification": make_classification, "regression": make_regression}[task]
    X, y = made(n_samples=200, n_features=6, n_informative=3, random_state=0)
    return X, y


def found_by(settings: Settings, task: str = "classification") -> tuple[Any, Found]:
    """Search once; return the fitted estimator and what the session knows."""
    with session(settings) as opened:
        estimator = search(*rows_of(task), otherwise=OTHERWISE[task])
    assert opened.found is not None
    return estimator, opened.found


def searching(X: Any, y: Any, weight: Any = None) -> Any:
    return search(X, y, weight, otherwise=LogisticRegression(max_iter=1_000))
