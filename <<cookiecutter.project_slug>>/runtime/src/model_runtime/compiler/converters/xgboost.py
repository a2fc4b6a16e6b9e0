"""Converters to ONNX for XGBoost's classifiers and regressors, boosted and forests.

The template doesn't need XGBoost: they are there where the use case has imported it. The compiled
model adds up the same floats in the same order, so that its scores before the objective's link are
XGBoost's own.
"""

import json
import sys
from typing import Any

import numpy as np
from onnx import TensorProto

from ..nodes import Nodes, NotConvertible
from .boosting import label_of, register_estimators
from .xgboost_trees import n_targets, prepared, raw_scores, trees_of

_AS_IT_IS = {
    "reg:absoluteerror",
    "reg:pseudohubererror",
    "reg:quantileerror",
    "reg:squarederror",
    "reg:squaredlogerror",
}
_EXPONENTIAL = {"count:poisson", "reg:gamma", "reg:tweedie"}
_LOGISTIC = {"binary:logistic", "reg:logistic"}
_SOFTMAX = {"multi:softmax", "multi:softprob"}


def register() -> None:
    """Register the converters if XGBoost is in use; doing it twice changes nothing more."""
    if (xgboost := sys.modules.get("xgboost")) is None:
        return
    register_estimators((xgboost.XGBClassifier, xgboost.XGBRFClassifier), _classifier)
    register_estimators((xgboost.XGBRegressor, xgboost.XGBRFRegressor), _regressor)


def _classifier(scope: Any, operator: Any, container: Any) -> None:
    nodes, estimator = Nodes(scope, container), operator.raw_operator
    learner = _learner(estimator)
    if (objective := learner["objective"]["name"]) not in _LOGISTIC | _SOFTMAX:
        raise NotConvertible(f"its objective {objective} gives no probabilities")
    scores = _scores(nodes, operator, learner)
    if n_targets(learner) == 1:
        first = nodes.add("Sub", nodes.constant(1.0), scores)
        scores = nodes.add("Concat", first, scores, axis=1)
    best = nodes.add("ArgMax", scores, axis=1, keepdims=0)
    nodes.finish(label_of(nodes, np.asarray(estimator.classes_), best), operator.outputs[0])
    nodes.finish(scores, operator.outputs[1])


def _regressor(scope: Any, operator: Any, container: Any) -> None:
    nodes, learner = Nodes(scope, container), _learner(operator.raw_operator)
    if n_targets(learner) > 1:
        raise NotConvertible("it answers with several numbers")
    nodes.finish(_scores(nodes, operator, learner), operator.outputs[0])


def _learner(estimator: Any) -> dict[str, Any]:
    """Return the model as its JSON has it, if it is one that can be converted."""
    learner: dict[str, Any] = json.loads(estimator.get_booster().save_raw("json"))["learner"]
    if learner["gradient_booster"]["name"] == "gblinear":
        raise NotConvertible(
            "its booster gblinear makes a linear model, which has no converter; take the booster "
            "gbtree, or a linear model of scikit-learn's"
        )
    return learner


def _scores(nodes: Nodes, operator: Any, learner: dict[str, Any]) -> str:
    """Return what `predict` answers, by the rounds that it takes: up to the best, if known."""
    estimator = operator.raw_operator
    best = getattr(estimator, "best_iteration", None)
    values = prepared(nodes, learner, estimator.missing, operator.inputs[0].full_name)
    intercept = _intercept(estimator.get_booster())
    raw = raw_scores(nodes, learner, None if best is None else best + 1, intercept, values)
    answer = _linked(nodes, learner, nodes.add("Cast", raw, to=TensorProto.DOUBLE))
    # XGBoost's answers are floats: one that is too large for them is infinite.
    single = nodes.add("Cast", answer, to=TensorProto.FLOAT)
    return nodes.add("Cast", single, to=TensorProto.DOUBLE)


def _intercept(booster: Any) -> Any:
    """Return what XGBoost begins its sums with, one number for each target.

    Asked of a booster whose leaves are all 0: what `base_score` stands for depends on the
    objective and on XGBoost's version.
    """
    first = booster[0:1]
    document = json.loads(first.save_raw("json"))
    for tree in trees_of(document["learner"]):
        tree["split_conditions"] = [0.0] * len(tree["split_conditions"])
    first.load_model(bytearray(json.dumps(document).encode()))
    row = np.zeros((1, booster.num_features()), np.float32)
    return first.inplace_predict(row, predict_type="margin").ravel()


def _linked(nodes: Nodes, learner: dict[str, Any], raw: str) -> str:
    """Return scores after the objective's link."""
    objective = learner["objective"]["name"]
    if objective in _SOFTMAX:
        return nodes.add("Softmax", raw, axis=1)
    if objective in _LOGISTIC:
        return nodes.add("Sigmoid", raw)
    if objective in _EXPONENTIAL:
        return nodes.add("Exp", raw)
    if objective in _AS_IT_IS:
        return raw
    raise NotConvertible(f"its objective {objective} has no converter")
