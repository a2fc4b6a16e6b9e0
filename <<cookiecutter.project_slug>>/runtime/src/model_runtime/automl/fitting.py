"""Fit an estimator without a word about its convergence."""

import warnings
from typing import Any

from sklearn.exceptions import ConvergenceWarning


def fitted(estimator: Any, X: Any, y: Any, weight: Any) -> Any:
    """Fit an estimator on n rows, with their weights if there are any, and return it.

    How good it is, is measured; whether it has converged is beside the point.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        if weight is None:
            return estimator.fit(X, y)
        return estimator.fit(X, y, sample_weight=weight)
