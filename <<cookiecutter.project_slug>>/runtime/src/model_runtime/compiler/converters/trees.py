"""Converters to ONNX for trees and what is made of them, but for histogram gradient boosting.

Of scikit-learn's estimators only these compare in single precision: they cast their input, so
skl2onnx's converters get it through the same cast.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

from ..nodes import Nodes, alike
from ..refusals import can_be_missing
from . import forests

Converter = Callable[[Any, Any, Any], None]

TREES = [
    f"Sklearn{family}{task}"
    for family in ("DecisionTree", "ExtraTree", "RandomForest", "ExtraTrees", "GradientBoosting")
    for task in ("Classifier", "Regressor")
]
"""skl2onnx's names of their converters."""


def through_single_precision(original: Converter) -> Converter:
    """Cast double inputs to float before an operator, and its float outputs back after it."""

    def convert(scope: Any, operator: Any, container: Any) -> None:
        if not isinstance(operator.inputs[0].type, DoubleTensorType):
            original(scope, operator, container)
            return
        if forests.wanted():
            forests.convert(scope, operator, container)
            return
        nodes, source = Nodes(scope, container), operator.inputs[0]
        narrow = scope.declare_local_variable("single", FloatTensorType(source.type.shape))
        nodes.finish(source.full_name, narrow)
        outputs = [_narrowed(scope, output) for output in operator.outputs]
        before = len(container.nodes)
        original(scope, alike(operator, [narrow], outputs), container)
        if can_be_missing(source):
            _send_missing(operator.raw_operator, container.nodes[before:])
        for single, output in zip(outputs, operator.outputs, strict=True):
            if single is not output:
                nodes.finish(single.full_name, output)

    return convert


def _narrowed(scope: Any, output: Any) -> Any:
    if not isinstance(output.type, DoubleTensorType):
        return output
    return scope.declare_local_variable("single_output", FloatTensorType(output.type.shape))


def _send_missing(step: Any, nodes: list[Any]) -> None:
    """Send missing values the way that each of scikit-learn's nodes does; skl2onnx forgets it."""
    trees = [each.tree_ for each in np.ravel(getattr(step, "estimators_", [step]))]
    ways = np.concatenate([tree.missing_go_to_left for tree in trees])
    for node in nodes:
        for attribute in node.attribute:
            if attribute.name == "nodes_missing_value_tracks_true":
                attribute.ints[:] = ways.astype(int).tolist()
