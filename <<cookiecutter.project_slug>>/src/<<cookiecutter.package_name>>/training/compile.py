"""Compile a fitted pipeline to ONNX."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, StringTensorType
from sklearn.pipeline import Pipeline

from ..bundle.engines import OnnxEngine
from .converters import register
from .onnx_nodes import ML, SKL2ONNX_ML_OPSET, ask_for_newer

OPSET = {"": 21, ML: SKL2ONNX_ML_OPSET}


class NotCompilable(Exception):
    """A step that can't be compiled; the message names it."""


def compile_pipeline(pipeline: Pipeline, X: pd.DataFrame) -> bytes:
    """Return an ONNX graph that ONNX Runtime loads.

    It has an input for each feature: doubles or strings of shape (n, 1).

    Args:
        pipeline: A fitted pipeline of features to predictions.
        X: Rows as in training, for the inputs' names and types.

    Raises:
        NotCompilable: A step stands in the way.
    """
    try:
        model = _graph(pipeline, X)
        OnnxEngine(model)
    except Exception as error:  # both libraries raise whatever they stumble over
        raise NotCompilable(_obstacle(pipeline, X, error)) from error
    return model


def _graph(pipeline: Any, X: pd.DataFrame) -> bytes:
    register()
    kinds = {name: StringTensorType if X[name].dtype == object else DoubleTensorType for name in X}
    inputs = [(name, kind([None, 1])) for name, kind in kinds.items()]
    is_classifier = hasattr(pipeline, "classes_")
    options = {id(pipeline): {"zipmap": False}} if is_classifier else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = to_onnx(pipeline, initial_types=inputs, options=options, target_opset=OPSET)
    ask_for_newer(model)
    _rename_inputs(model.graph, list(X.columns))
    return bytes(model.SerializeToString())


def _rename_inputs(graph: Any, names: list[str]) -> None:
    """Give the inputs the features' own names, of which skl2onnx keeps only word characters."""
    changed = {node.name: name for node, name in zip(graph.input, names, strict=True)}
    for node in graph.input:
        node.name = changed[node.name]
    for node in graph.node:
        node.input[:] = [changed.get(name, name) for name in node.input]


def _obstacle(pipeline: Pipeline, X: pd.DataFrame, error: Exception) -> str:
    """Name the steps that stand in the way, each with its own reason."""
    preprocessor, estimator = pipeline["preprocessor"], pipeline["estimator"]
    if (own := _failure(preprocessor, X)) is None:
        return f"the estimator ({type(estimator).__name__}): {_brief(error)}"
    branches = {
        f"'{name}' ({type(step).__name__})": _failure(step, X[np.atleast_1d(columns)])
        for name, step, columns in getattr(preprocessor, "transformers_", [])
        if not isinstance(step, str)
    }
    blocking = [f"{name}: {_brief(failure)}" for name, failure in branches.items() if failure]
    if blocking:
        return f"the preprocessor's {', '.join(blocking)}"
    return f"the preprocessor ({type(preprocessor).__name__}): {_brief(own)}"


def _failure(step: Any, X: pd.DataFrame) -> Exception | None:
    try:
        OnnxEngine(_graph(step, X))
    except Exception as error:  # see compile_pipeline
        return error
    return None


def _brief(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:160]
