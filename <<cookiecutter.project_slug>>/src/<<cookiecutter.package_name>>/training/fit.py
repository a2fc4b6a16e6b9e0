"""Split the rows and fit the use case's Preprocessor and estimator on them."""

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split
from sklearn.pipeline import Pipeline

from ..errors import ProjectError
from ..preprocessing import BasePreprocessor
from .hooks import UseCase


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows held out, features and encoded target apart."""

    X_train: pd.DataFrame
    X_test: pd.DataFrame
    y_train: "pd.Series[Any]"
    y_test: "pd.Series[Any]"


def split(X: pd.DataFrame, y: "pd.Series[Any]", test_size: float, seed: int, task: str) -> Split:
    """Hold out a share of the rows; for classification with the classes in proportion.

    Raises:
        ProjectError: There are too few rows for that.
    """
    try:
        X_train, X_test, y_train, y_test = train_test_split(
            X,
            y,
            test_size=test_size,
            random_state=seed,
            stratify=y if task == "classification" else None,
        )
    except ValueError as error:
        raise ProjectError(
            f"{len(X):,} rows can't be split with training.test_size {test_size:g}: {error}"
        ) from error
    return Split(X_train, X_test, y_train, y_test)


def folds(y: "pd.Series[Any]", n_folds: int, seed: int, task: str) -> Any:
    """Return the indices of each fold's training and test rows."""
    kind = StratifiedKFold if task == "classification" else KFold
    return kind(n_folds, shuffle=True, random_state=seed).split(np.zeros(len(y)), y)


def fit(use_case: UseCase, X: pd.DataFrame, y: "pd.Series[Any]", seed: int) -> Pipeline:
    """Fit the hooks and join them to a pipeline of features to predictions.

    Python's and NumPy's global generators are seeded first, so that an estimator without a
    `random_state` of its own learns the same from the same rows.
    """
    random.seed(seed)
    np.random.seed(seed)
    preprocessor = use_case.preprocessor()
    prepared = preprocessor.fit(X, y).transform(X)
    estimator = use_case.train_model(prepared, y)
    return Pipeline(
        [("preprocessor", _stored(preprocessor)), ("estimator", _on_one_thread(estimator))]
    )


def _stored(preprocessor: BasePreprocessor) -> Any:
    """Return what a bundle keeps: scikit-learn's own parts, unless `transform` is the user's."""
    if type(preprocessor).transform is BasePreprocessor.transform:
        return preprocessor.transformer_
    return preprocessor


def _on_one_thread(estimator: Any) -> Any:
    # Starting threads costs a service more than a few rows' trees do.
    parallel = [name for name in estimator.get_params() if name.split("__")[-1] == "n_jobs"]
    return estimator.set_params(**dict.fromkeys(parallel, None))
