"""The estimator<% if cookiecutter.task == "classification" %>, and the names of its classes<% endif %>."""

from typing import Any

<% if cookiecutter.task == "classification" -%>
from sklearn.linear_model import LogisticRegression


def train_model(X: Any, y: Any, weight: Any = None) -> LogisticRegression:
    """Fit an estimator.

    Args:
        X: Prepared rows, shape (n rows, columns of the Preprocessor).
        y: Their n targets.
        weight: How many rows each stands for, if features.yaml names a weight; else None.
    """
    return LogisticRegression(max_iter=1_000).fit(X, y, sample_weight=weight)


def get_classes(model: LogisticRegression) -> list[str]:
    """Return the classes' names in the order of `predict_proba`'s columns."""
    return [str(name) for name in model.classes_]
<%- else -%>
from sklearn.linear_model import RidgeCV


def train_model(X: Any, y: Any, weight: Any = None) -> RidgeCV:
    """Fit an estimator.

    Args:
        X: Prepared rows, shape (n rows, columns of the Preprocessor).
        y: Their n targets.
        weight: How many rows each stands for, if features.yaml names a weight; else None.
    """
    return RidgeCV(alphas=[0.1, 1.0, 10.0]).fit(X, y, sample_weight=weight)
<%- endif %>
