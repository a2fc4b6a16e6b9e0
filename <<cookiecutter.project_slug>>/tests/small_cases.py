"""Small use cases on made-up data, to try training's own paths with."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression

from << cookiecutter.package_name >>.features import Features
from << cookiecutter.package_name >>.preprocessing import BasePreprocessor
from << cookiecutter.package_name >>.training.use_case import UseCase

FEATURES = Features.model_validate(
    {
        "target": "bought",
        "task": "classification",
        "id": "customer",
        "features": [
            {"name": "income per.year", "type": "number", "min": 0, "optional": True},
            {"name": "age", "type": "integer", "min": 0, "max": 120},
            {"name": "copy", "type": "boolean"},
            {"name": "Größe", "type": "category", "optional": True},
        ],
        "flags": {"no": "stays", "yes": "buys"},
    }
)


def customers(n: int = 600) -> pd.DataFrame:
    """Made-up customers with missing incomes and labels, and names that are awkward."""
    random = np.random.default_rng(0)
    income = random.lognormal(10, 1, n)
    age = random.integers(18, 90, n)
    size = random.choice(["S", "M", "L"], n)
    chance = 1 / (1 + np.exp(-(np.log(income) - 10) - (size == "L")))
    frame = pd.DataFrame(
        {
            "customer": range(n),
            "income per.year": income,
            "age": age,
            "copy": random.random(n) < 0.5,
            "Größe": size,
            "bought": np.where(random.random(n) < chance, "yes", "no"),
        }
    )
    frame.loc[random.random(n) < 0.1, "income per.year"] = np.nan
    frame.loc[random.random(n) < 0.1, "Größe"] = None
    return frame


class Loader:
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
