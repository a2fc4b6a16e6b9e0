"""Rows that boosted trees split, and models of XGBoost's that learn from them."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer

from .both_engines import largest_difference, pipeline_of

NUMBERS, CODES = ["near zero", "wide", "whole"], ["few", "many"]
STRANGE = [0.0, -0.0, 1e-46, -1e-46, 1e-36, -1e-36, 1e-35, 1e39, -1e300, 0.5, -0.5, -1.0, 2.75]
STRANGE += [255.0, 2**24, 3e9, np.nan]
CATEGORIES = {"feature_types": [*"qqqcc"], "enable_categorical": True}


def rows(n: int, seed: int = 0, missing: float = 0.1, strange: float = 0.0) -> pd.DataFrame:
    """Return rows of which so many values are missing, and so many others strange."""
    random = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "near zero": random.normal(size=n) * (random.random(n) < 0.6),
            "wide": random.normal(size=n) * 1e20,
            "whole": random.integers(-3, 4, n).astype(float),
            "few": random.integers(0, 4, n).astype(float),
            "many": random.integers(0, 150, n).astype(float),
        }
    )
    X = X.mask(random.random(X.shape) < missing)
    odd = pd.DataFrame(random.choice(STRANGE, X.shape), columns=X.columns)
    return X.mask(random.random(X.shape) < strange, odd)


def target(X: pd.DataFrame) -> Any:
    """Return numbers above 0 that depend on all features, with noise."""
    noise = np.random.default_rng(1).normal(size=len(X))
    codes = (X["many"].fillna(7) * 7 % 5 + X["few"].fillna(2) * 3 % 4) / 3
    return np.exp((X["near zero"].fillna(1) + X["whole"].fillna(0) + codes + noise) / 4)


def halves(values: Any) -> Any:
    return (values > np.median(values)).astype(int)


def quarters(values: Any) -> Any:
    return pd.qcut(values, 4, labels=False)


def shares(values: Any) -> Any:
    return values / values.max()


def fitted(estimator: Any, X: pd.DataFrame, y: Any, **options: Any) -> Any:
    """Return the pipeline of an estimator that has learned, on one thread."""
    estimator.set_params(n_jobs=1, random_state=0)
    passed = ColumnTransformer([("all", "passthrough", list(X))])
    estimator.fit(passed.fit_transform(X), y, **options)
    return pipeline_of(passed, estimator)


def at_thresholds(estimator: Any, X: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Return rows with a value at a node's threshold, or next to it as float or as double."""
    nodes = estimator.get_booster().trees_to_dataframe().dropna(subset="Split")
    found = X.sample(5 * len(nodes), replace=True, random_state=seed, ignore_index=True)
    for row, (feature, split) in enumerate(zip(nodes["Feature"], nodes["Split"], strict=True)):
        single = np.float32(split)
        sides = [np.nextafter(single, np.float32(side)) for side in (-np.inf, np.inf)]
        middles = [(float(single) + float(side)) / 2 for side in sides]
        column = int(str(feature).removeprefix("f"))
        found.iloc[5 * row : 5 * row + 5, column] = [single, *sides, *middles]
    return found.sample(frac=1, random_state=seed)


def difference(estimator: Any, y: Any = None, missing: float = 0.1) -> float:
    """Return the largest difference of the two engines on rows of all kinds."""
    X = rows(1_500, missing=missing)
    pipeline = fitted(estimator, X, target(X) if y is None else y(target(X)))
    asked = [X, rows(500, 1), rows(1_500, 2, strange=0.4), at_thresholds(estimator, X)[:5_000]]
    return largest_difference(pipeline, X, pd.concat(asked))
