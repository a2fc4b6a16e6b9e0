"""The estimator, and the names of its classes."""

from typing import Any

from sklearn.ensemble import RandomForestClassifier


def train_model(X: Any, y: Any) -> RandomForestClassifier:
    """Fit an estimator on prepared rows (n rows, columns of the Preprocessor) and their target."""
    forest = RandomForestClassifier(n_estimators=120, min_samples_leaf=3, random_state=0)
    return forest.fit(X, y)


def get_classes(model: RandomForestClassifier) -> list[str]:
    """Return the classes' names in the order of `predict_proba`'s columns."""
    return [str(name) for name in model.classes_]
