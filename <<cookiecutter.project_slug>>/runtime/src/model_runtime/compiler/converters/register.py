"""Converters to ONNX for what skl2onnx converts inexactly.

Preprocessing runs in double precision, as scikit-learn's does. What scikit-learn
refuses, the graph refuses, too (`refusals.py`).
Registered in skl2onnx's own table, they also serve inside of ensembles.
"""

from collections.abc import Callable
from copy import copy
from typing import Any

import numpy as np
from skl2onnx.common._registration import (
    _converter_pool,
    get_converter,
    get_shape_calculator,
    register_converter,
    register_shape_calculator,
)
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

from ..nodes import Nodes, NotConvertible, alike
from ..refusals import refuse_what_it_refuses
from . import boosting, lightgbm, one_hot, ordinal, target, text, xgboost
from .trees import TREES, through_single_precision

Converter = Callable[[Any, Any, Any], None]

_OWN = (boosting, lightgbm, one_hot, ordinal, target, text, xgboost)


def register() -> None:
    """Put the converters in place of skl2onnx's; doing it twice changes nothing more."""
    for alias in TREES:
        _wrap(alias, through_single_precision)
    _wrap("SklearnSimpleImputer", _imputing_doubles)
    _wrap("SklearnVotingClassifier", _voting_for_probabilities)
    for module in _OWN:
        module.register()
    for alias in [each for each in _converter_pool if each.startswith("Sklearn")]:
        _wrap(alias, _refusing)
        if alias not in TREES:
            _declare_doubles(alias)


def _wrap(alias: str, wrapper: Callable[[Converter], Converter]) -> None:
    original = get_converter(alias)
    done = getattr(original._fct, "wrappers", ())
    if wrapper in done:
        return
    wrapped = wrapper(original._fct)
    wrapped.wrappers = (*done, wrapper)  # type: ignore[attr-defined]
    register_converter(alias, wrapped, overwrite=True, options=original.get_allowed_options())


def _declare_doubles(alias: str) -> None:
    """Declare answers to doubles as doubles.

    skl2onnx guesses types by the first column, which is a label or a text as often as a number.
    """
    original = get_shape_calculator(alias)
    if getattr(original, "wrapped", False):
        return

    def declare(operator: Any) -> None:
        original(operator)
        if any(isinstance(each.type, DoubleTensorType) for each in operator.inputs):
            for output in operator.outputs:
                if isinstance(output.type, FloatTensorType):
                    output.type = DoubleTensorType(output.type.shape)

    declare.wrapped = True  # type: ignore[attr-defined]
    register_shape_calculator(alias, declare, overwrite=True)


def _refusing(original: Converter) -> Converter:
    """Note which rows scikit-learn refuses, of doubles in one variable."""

    def convert(scope: Any, operator: Any, container: Any) -> None:
        numeric = all(isinstance(each.type, DoubleTensorType) for each in operator.inputs)
        if not numeric or not hasattr(operator.raw_operator, "n_features_in_"):
            original(scope, operator, container)
            return
        if len(operator.inputs) > 1:
            operator = alike(operator, [_joined(scope, operator.inputs, container)])
        refuse_what_it_refuses(Nodes(scope, container), operator)
        original(scope, operator, container)

    return convert


def _joined(scope: Any, inputs: list[Any], container: Any) -> Any:
    """Join variables; the operator that skl2onnx does it with would cut doubles to floats."""
    width = sum(each.type.shape[1] for each in inputs)
    rows = inputs[0].get_first_dimension()
    joined = scope.declare_local_variable("joined", DoubleTensorType([rows, width]))
    names = [each.full_name for each in inputs]
    container.add_node("Concat", names, [joined.full_name], op_version=13, axis=1)
    return joined


def _voting_for_probabilities(original: Converter) -> Converter:
    """Convert a vote whose `transform` is flat, which its answers don't depend on."""

    def convert(scope: Any, operator: Any, container: Any) -> None:
        vote = copy(operator.raw_operator)
        vote.flatten_transform = False
        vote.weights = None if vote.weights is None else np.asarray(vote.weights, np.float64)
        same = alike(operator, operator.inputs)
        same.raw_operator = vote
        original(scope, same, container)

    return convert


def _imputing_doubles(original: Converter) -> Converter:
    """Fill missing doubles by Where(IsNaN(x), statistics, x); ONNX's Imputer knows only floats."""

    def convert(scope: Any, operator: Any, container: Any) -> None:
        imputer, source = operator.raw_operator, operator.inputs[0]
        if not isinstance(source.type, DoubleTensorType):
            original(scope, operator, container)
            return
        if imputer.add_indicator or not np.isnan(imputer.missing_values):
            raise NotConvertible("SimpleImputer with an indicator or a missing value but NaN")
        if np.isnan(statistics := imputer.statistics_.astype(np.float64)).any():
            raise NotConvertible("SimpleImputer that drops empty columns")
        nodes = Nodes(scope, container)
        missing = nodes.add("IsNaN", source.full_name)
        filled = nodes.add("Where", missing, nodes.constant(statistics[None]), source.full_name)
        nodes.finish(filled, operator.outputs[0])

    return convert
