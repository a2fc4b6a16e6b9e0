"""Fit an estimator on rows in parts, or on rows in memory."""

from typing import Any

from sklearn.base import is_classifier

from ...errors import ProjectError
from .learners import Learner, PartialFit
from .parts import Parts
from .xgboost import XGBoost

LEARNERS: tuple[Learner, ...] = (PartialFit(), XGBoost())
"""The first that takes an estimator fits it."""


def fit_in_parts(
    estimator: Any, X: Any, y: Any, weight: Any = None, *, passes: int | None = None
) -> Any:
    """Return an estimator fitted on all rows; for use in `train_model`.

    Args:
        estimator: Unfitted.
        X: What `train_model` got: rows in parts, or in memory, as in the folds and in tests.
        y: Likewise.
        weight: Likewise, if features.yaml names a weight.
        passes: How often to pass over the parts; left out, the estimator's usual.

    Raises:
        ProjectError: The estimator can't learn in parts.
    """
    if not isinstance(X, Parts):
        if weight is None:
            return estimator.fit(X, y)
        return estimator.fit(X, y, sample_weight=weight)
    if passes is not None and passes < 1:
        raise ProjectError(f"fit_in_parts: passes is {passes}; it is 1 or more.")
    name = type(estimator).__name__
    if is_classifier(estimator) and not hasattr(estimator, "predict_proba"):
        raise ProjectError(
            f"fit_in_parts: {name} has no predict_proba as it is set (SGDClassifier has it with "
            "loss='log_loss' or 'modified_huber')."
        )
    for learner in LEARNERS:
        if learner.takes(estimator):
            return learner.fit(estimator, X, passes)
    kinds = "; ".join(learner.kinds for learner in LEARNERS)
    raise ProjectError(
        f"fit_in_parts: {name} can't learn in parts. Those that can: {kinds}. Or learn from a "
        "sample of the rows: estimator.fit(X.sample.X, X.sample.y)."
    )
