"""Fit the use case's Preprocessor and estimator."""

import random
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from ..errors import ProjectError
from ..preprocessing import BasePreprocessor
from .hooks import Rows, UseCase


def fit(use_case: UseCase, rows: Rows, seed: int, with_leaks: bool = False) -> Pipeline:
    """Fit the hooks and join them to a pipeline of features to predictions.

    Python's and NumPy's global generators are seeded first, so that an estimator without a
    `random_state` of its own learns the same from the same rows. Where features.yaml names a
    weight, `train_model` gets it as a third argument. With leaks, it also gets the features that
    are known only after the event.
    """
    random.seed(seed)
    np.random.seed(seed)
    preprocessor = use_case.preprocessor()
    preprocessor.with_leaks = with_leaks
    prepared = preprocessor.fit(rows.X, rows.y).transform(rows.X)
    weight = [] if rows.weight is None else [rows.weight]
    estimator = use_case.train_model(prepared, rows.y, *weight)
    return Pipeline(
        [("preprocessor", _stored(preprocessor)), ("estimator", _on_one_thread(estimator))]
    )


def _stored(preprocessor: BasePreprocessor) -> Any:
    """Return what a bundle keeps: scikit-learn's own parts, unless `transform` is the user's."""
    if type(preprocessor).transform is BasePreprocessor.transform:
        return preprocessor.transformer_
    return preprocessor


def _on_one_thread(estimator: Any) -> Any:
    if not hasattr(estimator, "get_params"):
        raise ProjectError(
            f"train_model returned a {type(estimator).__name__}; it returns a fitted estimator."
        )
    # Starting threads costs a service more than a few rows' trees do.
    parallel = [name for name in estimator.get_params() if name.split("__")[-1] == "n_jobs"]
    return estimator.set_params(**dict.fromkeys(parallel, None))
