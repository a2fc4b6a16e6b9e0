"""The estimator, and the names of its classes."""

from typing import Any

from model_runtime import search
from sklearn.ensemble import HistGradientBoostingClassifier


def train_model(X: Any, y: Any) -> Any:
    """Fit the best estimator that is found within automl's budget in config.yaml.

    Args:
        X: Prepared rows (n rows, columns of the Preprocessor).
        y: Their target.
    """
    trees = HistGradientBoostingClassifier(
        max_iter=100, learning_rate=0.05, max_leaf_nodes=15, early_stopping=False, random_state=0
    )
    return search(X, y, otherwise=trees)


def get_classes(model: Any) -> list[str]:
    """Return the classes' names in the order of `predict_proba`'s columns."""
    return [str(name) for name in model.classes_]
