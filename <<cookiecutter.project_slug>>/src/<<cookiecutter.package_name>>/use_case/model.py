"""The estimator, and the names of its classes."""

from typing import Any

<% if cookiecutter.task == "classification" -%>
from sklearn.linear_model import LogisticRegression


def train_model(X: Any, y: Any) -> LogisticRegression:
    """Fit an estimator on prepared rows (n rows, columns of the Preprocessor) and their target."""
    return LogisticRegression(max_iter=1_000).fit(X, y)


def get_classes(model: LogisticRegression) -> list[str]:
    """Return the classes' names in the order of `predict_proba`'s columns."""
    return [str(name) for name in model.classes_]
<%- else -%>
from sklearn.linear_model import RidgeCV


def train_model(X: Any, y: Any) -> RidgeCV:
    """Fit an estimator on prepared rows (n rows, columns of the Preprocessor) and their target."""
    return RidgeCV(alphas=[0.1, 1.0, 10.0]).fit(X, y)


def get_classes(model: RidgeCV) -> list[str]:
    """Return no names: a regression has no classes."""
    return []
<%- endif %>
