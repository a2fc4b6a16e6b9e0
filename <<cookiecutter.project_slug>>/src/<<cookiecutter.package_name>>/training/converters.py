"""Converters to ONNX for what skl2onnx converts inexactly.

Preprocessing runs in double precision, as scikit-learn's does. Of its estimators only the trees
named here compare in single precision: they cast their input, so their converters get it through
the same cast here. Histogram gradient boosting does not, and has a module of its own.
Registered in skl2onnx's own table, they also serve inside of ensembles.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx.common._apply_operation import apply_cast
from skl2onnx.common._registration import get_converter, register_converter
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType
from skl2onnx.operator_converters.common import concatenate_variables

from . import converters_boosting, converters_ordinal
from .onnx_nodes import NotConvertible

Converter = Callable[[Any, Any, Any], None]

_SINGLE_PRECISION = [
    f"Sklearn{family}{task}"
    for family in ("DecisionTree", "ExtraTree", "RandomForest", "ExtraTrees", "GradientBoosting")
    for task in ("Classifier", "Regressor")
]


def register() -> None:
    """Put the converters in place of skl2onnx's; doing it twice changes nothing more."""
    for alias in _SINGLE_PRECISION:
        _wrap(alias, _through_single_precision)
    _wrap("SklearnSimpleImputer", _imputing_doubles)
    converters_ordinal.register()
    converters_boosting.register()


def _wrap(alias: str, wrapper: Callable[[Converter], Converter]) -> None:
    original = get_converter(alias)
    if getattr(original._fct, "wrapped", False):
        return
    wrapped = wrapper(original._fct)
    wrapped.wrapped = True  # type: ignore[attr-defined]
    register_converter(alias, wrapped, overwrite=True, options=original.get_allowed_options())


def _through_single_precision(original: Converter) -> Converter:
    """Cast double inputs to float before an operator, and its float outputs back after it."""

    def convert(scope: Any, operator: Any, container: Any) -> None:
        if not isinstance(operator.inputs[0].type, DoubleTensorType):
            original(scope, operator, container)
            return
        source = operator.inputs[0]
        narrow = scope.declare_local_variable("single", FloatTensorType(source.type.shape))
        apply_cast(scope, source.full_name, narrow.full_name, container, to=TensorProto.FLOAT)
        outputs = [_narrowed(scope, output) for output in operator.outputs]
        inner = SimpleNamespace(
            raw_operator=operator.raw_operator,
            type=operator.type,
            onnx_name=operator.onnx_name,
            full_name=operator.onnx_name,
            inputs=[narrow],
            outputs=outputs,
            input_full_names=[narrow.full_name],
            output_full_names=[output.full_name for output in outputs],
            scope_inst=operator.scope_inst,
            target_opset=operator.target_opset,
        )
        original(scope, inner, container)
        for single, output in zip(outputs, operator.outputs, strict=True):
            if single is not output:
                names = single.full_name, output.full_name
                apply_cast(scope, *names, container, to=TensorProto.DOUBLE)

    return convert


def _narrowed(scope: Any, output: Any) -> Any:
    if not isinstance(output.type, DoubleTensorType):
        return output
    return scope.declare_local_variable("single_output", FloatTensorType(output.type.shape))


def _imputing_doubles(original: Converter) -> Converter:
    """Fill missing doubles by Where(IsNaN(x), statistics, x); ONNX's Imputer knows only floats."""

    def convert(scope: Any, operator: Any, container: Any) -> None:
        imputer = operator.raw_operator
        if not isinstance(operator.inputs[0].type, DoubleTensorType):
            original(scope, operator, container)
            return
        if imputer.add_indicator or not np.isnan(imputer.missing_values):
            raise NotConvertible("SimpleImputer with an indicator or a missing value but NaN")
        if np.isnan(statistics := imputer.statistics_.astype(np.float64)).any():
            raise NotConvertible("SimpleImputer that drops empty columns")
        values = concatenate_variables(scope, operator.inputs, container)
        missing, fill = (scope.get_unique_variable_name(name) for name in ("missing", "statistics"))
        container.add_initializer(fill, TensorProto.DOUBLE, [1, len(statistics)], statistics)
        container.add_node("IsNaN", [values], [missing], op_version=13)
        filled = [operator.outputs[0].full_name]
        container.add_node("Where", [missing, fill, values], filled, op_version=9)

    return convert
