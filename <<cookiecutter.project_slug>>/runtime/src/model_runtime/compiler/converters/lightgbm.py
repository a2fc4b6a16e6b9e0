"""Converters to ONNX for LightGBM's LGBMClassifier and LGBMRegressor, in double precision.

The template doesn't need LightGBM: they are there where the use case has imported it.
"""

import sys
from typing import Any

import numpy as np

from ..nodes import Nodes, NotConvertible
from .boosting import label_of, register_estimators
from .lightgbm_trees import raw_scores

_AS_IT_IS = {"fair", "huber", "mape", "quantile", "regression", "regression_l1"}
_EXPONENTIAL = {"gamma", "poisson", "tweedie"}
_LOGISTIC = {"binary", "cross_entropy", "multiclassova"}


def register() -> None:
    """Register the converters if LightGBM is in use; doing it twice changes nothing more."""
    if (lightgbm := sys.modules.get("lightgbm")) is None:
        return
    register_estimators((lightgbm.LGBMClassifier,), _classifier)
    register_estimators((lightgbm.LGBMRegressor,), _regressor)


def _classifier(scope: Any, operator: Any, container: Any) -> None:
    nodes, estimator = Nodes(scope, container), operator.raw_operator
    scores = _scores(nodes, operator)
    if len(estimator.classes_) == 2:
        first = nodes.add("Sub", nodes.constant(1.0), scores)
        scores = nodes.add("Concat", first, scores, axis=1)
    best = nodes.add("ArgMax", scores, axis=1, keepdims=0)
    nodes.finish(label_of(nodes, np.asarray(estimator.classes_), best), operator.outputs[0])
    nodes.finish(scores, operator.outputs[1])


def _regressor(scope: Any, operator: Any, container: Any) -> None:
    nodes = Nodes(scope, container)
    nodes.finish(_scores(nodes, operator), operator.outputs[0])


def _scores(nodes: Nodes, operator: Any) -> str:
    """Return what `Booster.predict` answers, by the rounds that it takes: the best, if known."""
    estimator = operator.raw_operator
    dump = estimator.booster_.dump_model()
    if dump.get("pandas_categorical"):
        raise NotConvertible("it learned categories from a data frame; give it codes (numbers)")
    if callable(estimator.objective) or not dump.get("objective"):
        raise NotConvertible("its objective is a function of Python's")
    raw = raw_scores(nodes, dump, nodes.double(operator.inputs[0]))
    return _linked(nodes, dump["objective"].split(), raw)


def _linked(nodes: Nodes, objective: list[str], raw: str) -> str:
    """Return scores after an objective's link, such as `["binary", "sigmoid:1"]`."""
    name, *rest = objective
    options = dict(each.split(":") for each in rest if ":" in each)
    if name == "multiclass":
        return nodes.add("Softmax", raw, axis=1)
    if name in _LOGISTIC:
        steepness = nodes.constant(float(options.get("sigmoid", 1)))
        return nodes.add("Sigmoid", nodes.add("Mul", raw, steepness))
    if name in _EXPONENTIAL:
        return nodes.add("Exp", raw)
    if name not in _AS_IT_IS:
        raise NotConvertible(f"its objective {name} has no converter")
    if "sqrt" in rest:
        return nodes.add("Mul", raw, nodes.add("Abs", raw))
    return raw
