"""Fit the use case's Preprocessor and estimator."""

import random
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from ..counts import counted
from ..place import returned
from ..preprocessing import BasePreprocessor
from .prepared import prepare
from .rows import Rows
from .use_case import UseCase

if TYPE_CHECKING:
    from .parts.whole import Whole


def fit(
    use_case: UseCase,
    rows: Rows,
    seed: int,
    with_leaks: bool = False,
    whole: "Whole | None" = None,
) -> Pipeline:
    """Fit the hooks and join them to a pipeline of features to predictions.

    The estimator learns from what `fit_transform` returns, as in a pipeline of scikit-learn: a
    TargetEncoder encodes each row there by the others, and differently later.

    Python's and NumPy's global generators are seeded first, so that an estimator without a
    `random_state` of its own learns the same from the same rows. Where features.yaml names a
    weight, `train_model` gets it as a third argument; `training.parameters` it gets by their names.
    With leaks, it also gets the features that are known only after the event. Where the rows are
    the sample of a whole in parts, `train_model` gets these in the place of X, y and weight.

    Raises:
        ProjectError: A hook returns something else than it has to.
    """
    random.seed(seed)
    np.random.seed(seed)
    preprocessor = use_case.preprocessor()
    preprocessor.with_leaks = with_leaks
    prepared = prepare(preprocessor, rows)
    arguments = [prepared, rows.y, *([] if rows.weight is None else [rows.weight])]
    if whole:
        parts = whole.prepare(preprocessor, prepared.shape[1], seed)
        arguments = [parts] * len(arguments)
    estimator = use_case.train_model(*arguments, **use_case.parameters)
    if found := _no_model(estimator, prepared.shape[1]):
        raise returned("train_model", use_case.train_model, found, "an estimator fitted on X and y")
    return Pipeline([("preprocessor", _stored(preprocessor)), ("estimator", one_thread(estimator))])


def _no_model(estimator: Any, columns: int) -> str | None:
    """Say what else than an estimator that is fitted on all columns was returned, or nothing."""
    if estimator is None or isinstance(estimator, type):
        return "None" if estimator is None else f"the class {estimator.__name__}"
    name = f"a {type(estimator).__name__}"
    if not (hasattr(estimator, "get_params") and hasattr(estimator, "predict")):
        return name
    try:
        check_is_fitted(estimator)
    except NotFittedError:
        return f"{name} that is not fitted"
    fitted = getattr(estimator, "n_features_in_", columns)
    return (
        None if fitted == columns else f"{name} fitted on {fitted} of {counted(columns, 'column')}"
    )


def _stored(preprocessor: BasePreprocessor) -> Any:
    """Return what a bundle keeps: scikit-learn's own parts, unless `transform` is the user's."""
    if type(preprocessor).transform is BasePreprocessor.transform:
        return preprocessor.transformer_
    return preprocessor


def one_thread(estimator: Any) -> Any:
    """Let a fitted estimator predict by one thread, and return it.

    Starting threads costs a service more than a few rows' trees do; and threads add up the trees'
    answers in the order in which they end, so that the last digit differs from call to call.
    """
    parallel = [name for name in estimator.get_params() if name.split("__")[-1] == "n_jobs"]
    if isinstance(estimator, (VotingClassifier, VotingRegressor)):
        for member in estimator.estimators_:
            one_thread(member)
    return estimator.set_params(**dict.fromkeys(parallel, None))
