"""Fit an estimator without a word about its convergence."""

import warnings
from typing import Any

from sklearn.exceptions import ConvergenceWarning

from ..training.fit import one_thread


def fitted(estimator: Any, X: Any, y: Any, weight: Any) -> Any:
    """Fit an estimator on n rows, with their weights if there are any, and return it.

    How good it is, is measured; whether it has converged is beside the point. It predicts by one
    thread, so that what is measured has the same last digit each time.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        options = {} if weight is None else {"sample_weight": weight}
        return one_thread(estimator.fit(X, y, **options))
