"""Fit the use case's Preprocessor and estimator."""

import random
from typing import Any

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from ..preprocessing import BasePreprocessor
from .place import returned
from .rows import Rows
from .use_case import UseCase


def fit(use_case: UseCase, rows: Rows, seed: int, with_leaks: bool = False) -> Pipeline:
    """Fit the hooks and join them to a pipeline of features to predictions.

    The estimator learns from what `fit_transform` returns, as in a pipeline of scikit-learn: a
    TargetEncoder encodes each row there by the others, and differently later.

    Python's and NumPy's global generators are seeded first, so that an estimator without a
    `random_state` of its own learns the same from the same rows. Where features.yaml names a
    weight, `train_model` gets it as a third argument. With leaks, it also gets the features that
    are known only after the event.

    Raises:
        ProjectError: A hook returns something else than it has to.
    """
    random.seed(seed)
    np.random.seed(seed)
    preprocessor = use_case.preprocessor()
    preprocessor.with_leaks = with_leaks
    prepared = _prepared(preprocessor, rows)
    weight = [] if rows.weight is None else [rows.weight]
    estimator = use_case.train_model(prepared, rows.y, *weight)
    if not (hasattr(estimator, "get_params") and hasattr(estimator, "predict")):
        found = "None" if estimator is None else f"a {type(estimator).__name__}"
        raise returned("train_model", use_case.train_model, found, "a fitted estimator")
    try:
        check_is_fitted(estimator)
    except NotFittedError as error:
        found = f"a {type(estimator).__name__} that is not fitted"
        raise returned("train_model", use_case.train_model, found, "it after .fit(X, y)") from error
    return Pipeline(
        [("preprocessor", _stored(preprocessor)), ("estimator", _on_one_thread(estimator))]
    )


def _prepared(preprocessor: BasePreprocessor, rows: Rows) -> Any:
    """Return what the estimator learns from, once it has a row for each row."""
    hook = preprocessor.fit_transform
    prepared = hook(rows.X, rows.y)
    _check_rows(preprocessor, prepared, len(rows.X))
    _check_rows(preprocessor, preprocessor.transform(rows.X.iloc[:1]), 1)
    return prepared


def _check_rows(preprocessor: BasePreprocessor, prepared: Any, n_rows: int) -> None:
    shape = getattr(prepared, "shape", None)
    if shape is not None and len(shape) == 2 and shape[0] == n_rows:
        return
    found = f"{type(prepared).__name__}" if shape is None else f"an array of shape {shape}"
    wanted = f"{n_rows:,} rows for {n_rows:,} rows, as an array of two dimensions"
    raise returned("Preprocessor.transform", preprocessor.transform, found, wanted)


def _stored(preprocessor: BasePreprocessor) -> Any:
    """Return what a bundle keeps: scikit-learn's own parts, unless `transform` is the user's."""
    if type(preprocessor).transform is BasePreprocessor.transform:
        return preprocessor.transformer_
    return preprocessor


def _on_one_thread(estimator: Any) -> Any:
    # Starting threads costs a service more than a few rows' trees do.
    parallel = [name for name in estimator.get_params() if name.split("__")[-1] == "n_jobs"]
    return estimator.set_params(**dict.fromkeys(parallel, None))
