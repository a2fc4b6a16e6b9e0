"""Compile a fitted pipeline to ONNX."""

import sys
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, StringTensorType
from skl2onnx.common.exceptions import MissingConverter, MissingShapeCalculator
from sklearn.base import is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from ..bundle.engines import OnnxEngine
from ..errors import Told
from ..place import place
from ..preprocessing import BasePreprocessor
from .converters import forests
from .converters.register import register
from .nodes import ML, SKL2ONNX_ML_OPSET, ask_for_newer
from .notes import act_on

OPSET = {"": 21, ML: SKL2ONNX_ML_OPSET}

Inputs = list[tuple[str, Any]]
"""Names and types, as skl2onnx takes them."""


class NotCompilable(Told):
    """Steps that can't be compiled; the message names each of them and its reason."""


def compile_pipeline(pipeline: Pipeline, X: pd.DataFrame) -> bytes:
    """Return an ONNX graph that ONNX Runtime loads.

    It has an input for each feature: doubles or strings of shape (n, 1); for a text that is
    vectorized, the weights of its terms, which the engine computes.

    Args:
        pipeline: A fitted pipeline of features to predictions.
        X: Rows as in training, for the inputs' names and types.

    Raises:
        NotCompilable: A step stands in the way.
    """
    try:
        model = _graph(pipeline, _inputs(X))
        OnnxEngine(model)
    except Exception as error:  # both libraries raise whatever they stumble over
        raise NotCompilable(_obstacles(pipeline, X, error)) from error
    return model


def _inputs(X: pd.DataFrame) -> Inputs:
    kinds = {name: StringTensorType if X[name].dtype == object else DoubleTensorType for name in X}
    return [(str(name), kind([None, 1])) for name, kind in kinds.items()]


def _graph(step: Any, inputs: Inputs) -> bytes:
    register()
    model = _converted(step, inputs)
    operators = {node.op_type for node in model.graph.node}
    if "TreeEnsemble" in operators and operators & forests.OLDER:
        with forests.as_ensembles():
            model = _converted(step, inputs)
    ask_for_newer(model)
    _rename_inputs(model.graph, [name for name, _ in inputs])
    act_on(model)
    return bytes(model.SerializeToString())


def _converted(step: Any, inputs: Inputs) -> Any:
    options = {id(step): {"zipmap": False}} if is_classifier(step) else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return to_onnx(step, initial_types=inputs, options=options, target_opset=OPSET)


def _rename_inputs(graph: Any, names: list[str]) -> None:
    """Give the inputs the features' own names, of which skl2onnx keeps only word characters.

    What else has a feature's name in the graph, an output 'label' for example, gets another.
    """
    changed = {name: f"{name}/other" for name in names}
    changed |= {node.name: name for node, name in zip(graph.input, names, strict=True)}
    for value in (*graph.input, *graph.output, *graph.initializer):
        value.name = changed.get(value.name, value.name)
    for node in graph.node:
        node.input[:] = [changed.get(name, name) for name in node.input]
        node.output[:] = [changed.get(name, name) for name in node.output]


def _obstacles(pipeline: Pipeline, X: pd.DataFrame, error: Exception) -> str:
    """Name all steps that stand in the way, each with its own reason."""
    preprocessor, estimator = pipeline["preprocessor"], pipeline["estimator"]
    found = _of_preprocessor(preprocessor, X)
    width = getattr(estimator, "n_features_in_", None)
    prepared = [("prepared", DoubleTensorType([None, width]))]
    if failure := _failure(estimator, prepared) if width else None:
        found.append(f"the estimator ({type(estimator).__name__}): {_reason(failure, estimator)}")
    return "; ".join(found) or f"the steps together: {_reason(error, pipeline)}"


def computes_in_python(preprocessor: BasePreprocessor) -> str:
    """Say that a Preprocessor has a `transform` of its own, and where."""
    return (
        f"your Preprocessor.transform ({place(preprocessor.transform)}) computes in Python; "
        "build_transformer, of scikit-learn's own parts, compiles"
    )


def _of_preprocessor(preprocessor: Any, X: pd.DataFrame) -> list[str]:
    if isinstance(preprocessor, BasePreprocessor):
        return [computes_in_python(preprocessor)]
    if (own := _failure(preprocessor, _inputs(X))) is None:
        return []
    blocking = [
        f"the preprocessor's '{name}' ({_named(step)}): {_reason(failure, step)}"
        for name, step, columns in _branches(preprocessor)
        if (failure := _failure(step, _inputs(X.iloc[:, columns])))
    ]
    return blocking or [f"the preprocessor ({_named(preprocessor)}): {_reason(own, preprocessor)}"]


def _branches(preprocessor: Any) -> list[tuple[str, Any, Any]]:
    """Return a ColumnTransformer's own steps and the positions of their columns."""
    if not isinstance(preprocessor, ColumnTransformer):
        return []
    positions = preprocessor._transformer_to_input_indices
    steps = preprocessor.transformers_
    return [(name, step, positions[name]) for name, step, _ in steps if not isinstance(step, str)]


def _named(step: Any) -> str:
    parts = [type(each).__name__ for _, each in getattr(step, "steps", [])]
    return " and ".join(parts) or type(step).__name__


def _parts(step: Any) -> list[Any]:
    """Return a step, or the steps of a pipeline."""
    return [each for _, each in getattr(step, "steps", [("", step)])]


def _is_own(kind: type) -> bool:
    """Tell whether a class is the use case's, and no library's."""
    file = Path(getattr(sys.modules.get(kind.__module__), "__file__", None) or "site-packages")
    is_ours = kind.__module__.split(".")[0] == __package__.split(".")[0]
    return not (is_ours or {"site-packages", "dist-packages"} & {*file.parts})


def _failure(step: Any, inputs: Inputs) -> Exception | None:
    try:
        OnnxEngine(_graph(step, inputs))
    except Exception as error:  # see compile_pipeline
        return error
    return None


def _reason(error: Exception, step: Any) -> str:
    if own := [each for each in _parts(step) if _is_own(type(each))]:
        return f"your {type(own[0]).__name__} ({place(type(own[0]))}) computes in Python"
    if isinstance(error, (MissingConverter, MissingShapeCalculator)):
        return "there is no converter to ONNX for it"
    said = " ".join(str(error).split()).partition(" You may raise an issue")[0]
    return said.rstrip(".") or type(error).__name__
