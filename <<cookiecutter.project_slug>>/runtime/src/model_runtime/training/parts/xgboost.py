"""XGBoost on rows in parts: each worker has a share, and XGBoost adds their histograms up."""

import sys
from typing import Any, ClassVar

import numpy as np
from sklearn.base import is_classifier

from ...errors import ProjectError
from .learners import Learner
from .parts import Parts


class XGBoost(Learner):
    """XGBClassifier, XGBRegressor and their forests: by histograms, in the workers."""

    kinds: ClassVar[str] = "XGBoost's XGBClassifier and XGBRegressor"

    def takes(self, estimator: Any) -> bool:
        """See `Learner`."""
        if (xgboost := sys.modules.get("xgboost")) is None:
            return False
        return isinstance(estimator, (xgboost.XGBClassifier, xgboost.XGBRegressor))

    def fit(self, estimator: Any, parts: Parts, passes: int | None) -> Any:
        """See `Learner`; XGBoost reads the parts four times, whatever `passes` says."""
        from .xgboost_share import Share
        from .xgboost_together import trained

        check(estimator, parts)
        share = Share(
            parts=tuple(parts.parts),
            columns=parts.shape[1],
            rows=parts.shape[0],
            parameters=parameters(estimator, parts),
            rounds=estimator.get_num_boosting_rounds(),
            missing=estimator.missing,
            feature_types=estimator.feature_types,
            categories=bool(estimator.enable_categorical),
        )
        intercept = estimator.base_score
        estimator.load_model(bytearray(trained(share, parts)))
        # What was found of the data would be what the next fit begins with.
        return estimator.set_params(base_score=intercept)


def check(estimator: Any, parts: Parts) -> None:
    """Refuse what can't be learned in parts.

    Raises:
        ProjectError: A parameter, or the target, stands in the way.
    """
    name = type(estimator).__name__
    if estimator.early_stopping_rounds or estimator.callbacks:
        raise ProjectError(
            f"fit_in_parts: {name} has early_stopping_rounds or callbacks, which ask for rows of "
            "an eval_set; leave them out and set n_estimators."
        )
    if callable(estimator.objective):
        raise ProjectError(f"fit_in_parts: {name} has a function for objective; name one of its.")
    if estimator.booster == "gblinear" or estimator.tree_method not in (None, "auto", "hist"):
        raise ProjectError(
            f"fit_in_parts: {name} learns in parts by tree_method='hist' and booster='gbtree' or "
            "'dart'; leave both out."
        )
    classes = parts.classes
    if classes is not None and not np.array_equal(classes, np.arange(len(classes))):
        found = ", ".join(map(str, classes[:5]))
        raise ProjectError(
            f"fit_in_parts: {name} takes classes as numbers from 0 up, and they are {found}: "
            "encode them in Preprocessor.encode_target."
        )


def parameters(estimator: Any, parts: Parts) -> dict[str, Any]:
    """Return what `xgboost.train` takes, as the estimator's own `fit` would find it."""
    found = {name: each for name, each in estimator.get_xgb_params().items() if each is not None}
    found["tree_method"] = "hist"
    if is_classifier(estimator) and parts.classes is not None and len(parts.classes) > 2:
        if found.get("objective") != "multi:softmax":
            found["objective"] = "multi:softprob"
        found["num_class"] = len(parts.classes)
    return found
