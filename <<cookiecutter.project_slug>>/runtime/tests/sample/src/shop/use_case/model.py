"""The estimator, and the names of its classes."""

from typing import Any

from sklearn.linear_model import LogisticRegression


def train_model(X: Any, y: Any, weight: Any = None) -> LogisticRegression:
    """Fit an estimator on prepared rows (n rows, columns of the Preprocessor) and their target."""
    return LogisticRegression(max_iter=1_000).fit(X, y, sample_weight=weight)


def get_classes(model: LogisticRegression) -> list[str]:
    """Return the classes' names in the order of `predict_proba`'s columns."""
    return [str(name) for name in model.classes_]
