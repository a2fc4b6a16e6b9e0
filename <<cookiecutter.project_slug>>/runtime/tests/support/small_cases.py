"""Small use cases on made-up data, to try training's own paths with."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression

from model_runtime.features import Features, read_features
from model_runtime.hooks import BaseDataLoader
from model_runtime.preprocessing import BasePreprocessor
from model_runtime.training.use_case import UseCase
from shop.use_case.data_loader import customers as customers

from .sample import USE_CASE

FEATURES = read_features(USE_CASE / "features.yaml").model_copy(update={"thresholds": {}})


class Loader(BaseDataLoader):
    """Gives a data frame as it is."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
        return self.frame.head(n_rows) if n_rows is not None else self.frame


class Preprocessor(BasePreprocessor):
    """By features of these cases instead of the project's features.yaml."""

    def features(self) -> Features:
        return FEATURES


class FreePreprocessor(Preprocessor):
    """Computes freely in Python, which nothing can compile."""

    def transform(self, X: pd.DataFrame) -> Any:
        prepared = self.transformer_.transform(X)
        lengths = np.array([[len(label) for label in X["Größe"]]]).T
        return np.hstack([prepared, lengths])


def forest(X: Any, y: Any) -> RandomForestClassifier:
    return RandomForestClassifier(30, random_state=0, n_jobs=2).fit(X, y)


def logistic(X: Any, y: Any) -> LogisticRegression:
    return LogisticRegression(max_iter=1_000).fit(X, y)


def poor(X: Any, y: Any) -> LogisticRegression:
    """Learn next to nothing."""
    return LogisticRegression(C=1e-6).fit(X, y)


def boosted(X: Any, y: Any) -> AdaBoostClassifier:
    return AdaBoostClassifier(n_estimators=5, random_state=0).fit(X, y)


def linear(X: Any, y: Any) -> LinearRegression:
    return LinearRegression().fit(X, y)


def case(
    train_model: Callable[[Any, Any], Any] = logistic,
    frame: pd.DataFrame | None = None,
    features: Features = FEATURES,
    preprocessor: type[BasePreprocessor] = Preprocessor,
) -> UseCase:
    """Return a use case; what is left out is an ordinary one."""
    data = customers() if frame is None else frame
    return UseCase(
        features,
        lambda: Loader(data),
        preprocessor,
        train_model,
        lambda model: [str(name) for name in model.classes_],
    )


def with_thresholds(**thresholds: str) -> UseCase:
    fields = FEATURES.model_dump() | {"thresholds": thresholds}
    return case(features=Features.model_validate(fields))


SPENDING = Features.model_validate(
    FEATURES.model_dump() | {"target": "spent", "task": "regression", "flags": {}}
)


class SpendingPreprocessor(BasePreprocessor):
    """By the features of the regression."""

    def features(self) -> Features:
        return SPENDING


def spending() -> UseCase:
    """Return a regression: how much customers spend."""
    frame = customers().drop(columns="bought")
    noise = np.random.default_rng(1).normal(0, 5, len(frame))
    frame["spent"] = 20 + frame["age"] + np.where(frame["Größe"] == "L", 30, 0) + noise
    return case(linear, frame, SPENDING, SpendingPreprocessor)
