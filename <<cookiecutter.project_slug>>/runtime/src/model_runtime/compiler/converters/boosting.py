"""Converters to ONNX for HistGradientBoostingClassifier and HistGradientBoostingRegressor.

Unlike scikit-learn's other trees, they compare in double precision; they send missing values a
way of their own at each node, and split categories without a column for each.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx.common._registration import (
    get_converter,
    register_converter,
    register_shape_calculator,
)
from skl2onnx.common.data_types import DoubleTensorType
from skl2onnx.common.shape_calculator import (
    calculate_linear_classifier_output_shapes,
    calculate_linear_regressor_output_shapes,
)
from skl2onnx.common.utils_classifier import get_label_classes
from sklearn.base import ClassifierMixin

from ..lookups import Column
from ..nodes import ML, Nodes, NotConvertible
from .boosted_trees import ensemble_attributes
from .ordinal import encode

_OF_CLASSIFIERS = {"zipmap": [True, False], "nocl": [True, False]}
_INVERSE_LINKS = {"IdentityLink": None, "LogLink": "Exp"}


def register() -> None:
    """Put the converters in place of skl2onnx's; doing it twice changes nothing more."""
    _register("SklearnHistGradientBoostingClassifier", _classifier, declare_classifier)
    _register("SklearnHistGradientBoostingRegressor", _regressor, declare_regressor)


def _register(alias: str, convert: Any, declare: Any) -> None:
    options = get_converter(alias).get_allowed_options()
    register_converter(alias, convert, overwrite=True, options=options)
    register_shape_calculator(alias, declare, overwrite=True)


def register_estimators(estimators: Iterable[type], convert: Any) -> None:
    """Register a converter of classifiers or of regressors that another library has."""
    for estimator in estimators:
        declare, options = declare_regressor, None
        if issubclass(estimator, ClassifierMixin):
            declare, options = declare_classifier, _OF_CLASSIFIERS
        alias = f"Sklearn{estimator.__name__}"
        update_registered_converter(estimator, alias, declare, convert, options=options)


def declare_classifier(operator: Any) -> None:
    """Declare labels, and probabilities in double precision."""
    calculate_linear_classifier_output_shapes(operator)
    operator.outputs[1].type = DoubleTensorType(operator.outputs[1].type.shape)


def declare_regressor(operator: Any) -> None:
    """Declare predictions in double precision."""
    calculate_linear_regressor_output_shapes(operator)
    operator.outputs[0].type = DoubleTensorType(operator.outputs[0].type.shape)


def _classifier(scope: Any, operator: Any, container: Any) -> None:
    nodes, estimator = Nodes(scope, container), operator.raw_operator
    if estimator.loss != "log_loss":
        raise NotConvertible("only its loss log_loss has a converter")
    if container.get_options(estimator, {"raw_scores": False})["raw_scores"]:
        raise NotConvertible("its raw scores have no converter, its probabilities have")
    raw = _raw(nodes, estimator, operator.inputs[0])
    answer = _of_two if estimator.n_trees_per_iteration_ == 1 else _of_many
    best, probabilities = answer(nodes, raw)
    classes = np.asarray(get_label_classes(scope, estimator))
    nodes.finish(label_of(nodes, classes, best), operator.outputs[0])
    nodes.finish(probabilities, operator.outputs[1])


def _of_two(nodes: Nodes, raw: str) -> tuple[str, str]:
    """Return the best class's index, shape (n,), and the probabilities, shape (n, 2)."""
    above = nodes.add("Cast", nodes.add("Greater", raw, nodes.constant(0.0)), to=TensorProto.INT64)
    second = nodes.add("Sigmoid", raw)
    first = nodes.add("Sub", nodes.constant(1.0), second)
    best = nodes.add("Squeeze", above, nodes.constant(np.array([1])))
    return best, nodes.add("Concat", first, second, axis=1)


def _of_many(nodes: Nodes, raw: str) -> tuple[str, str]:
    """Return as `_of_two` does, for more classes."""
    return nodes.add("ArgMax", raw, axis=1, keepdims=0), nodes.add("Softmax", raw, axis=1)


def label_of(nodes: Nodes, classes: Any, best: str) -> str:
    """Return the classes at some indices."""
    names = classes.astype(object if classes.dtype.kind in "OU" else np.int64)
    return nodes.add("Gather", nodes.constant(names), best)


def _regressor(scope: Any, operator: Any, container: Any) -> None:
    nodes, estimator = Nodes(scope, container), operator.raw_operator
    link = type(estimator._loss.link).__name__
    if link not in _INVERSE_LINKS:
        raise NotConvertible(f"a loss with {link} has no converter")
    raw = _raw(nodes, estimator, operator.inputs[0])
    inverse = _INVERSE_LINKS[link]
    nodes.finish(nodes.add(inverse, raw) if inverse else raw, operator.outputs[0])


def _raw(nodes: Nodes, estimator: Any, source: Any) -> str:
    """Return the baseline and all trees added up, shape (n, trees of an iteration)."""
    values = _prepared(nodes, estimator, source)
    trees = nodes.add("TreeEnsemble", values, domain=ML, **ensemble_attributes(estimator))
    return nodes.add("Add", trees, nodes.constant(estimator._baseline_prediction))


def _prepared(nodes: Nodes, estimator: Any, source: Any) -> str:
    """Do as the estimator's own preprocessor: categories' codes first, then the numbers.

    Also where the categories are codes already: ONNX Runtime would cut a number's decimals off
    before it looks for it in a large set.
    """
    values = nodes.add("Cast", source.full_name, to=TensorProto.DOUBLE)
    if estimator._preprocessor is None:
        return values
    encoder = estimator._preprocessor.named_transformers_["encoder"]
    labels = np.flatnonzero(estimator.is_categorical_)
    numbers = np.flatnonzero(~estimator.is_categorical_)
    codes = encode(nodes, encoder, [Column(nodes.columns(values, [i]), False) for i in labels])
    return nodes.add("Concat", codes, nodes.columns(values, numbers), axis=1)
