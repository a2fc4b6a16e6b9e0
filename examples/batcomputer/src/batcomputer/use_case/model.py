"""The estimator, and the names of its classes."""

from typing import Any

from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits


def train_model(X: Any, y: Any, weight: Any) -> HistGradientBoostingClassifier:
    """Fit boosted trees on counts: a row weighs as much as the crimes that it stands for.

    The product is the probability, and log loss, which the trees lower, is least for the true one.
    Leaves may be small, for a row is many crimes.
    """
    trees = HistGradientBoostingClassifier(
        categorical_features=[0, 1],
        max_iter=200,
        min_samples_leaf=5,
        l2_regularization=5.0,
        random_state=0,
    )
    # A few thousand rows: threads would only wait for each other.
    with threadpool_limits(1):
        return trees.fit(X, y, weight)


def get_classes(model: HistGradientBoostingClassifier) -> list[str]:
    """Return the classes' names in the order of `predict_proba`'s columns."""
    return ["not caught", "caught"]
