"""Forests and single trees as ONNX's TreeEnsemble, for graphs that have others of it.

A graph has operators of one version: where boosted trees need TreeEnsemble, of version 5, the
older operators that skl2onnx makes of forests are not to be had.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx.common.utils_classifier import get_label_classes
from sklearn.base import is_classifier
from sklearn.ensemble import BaseEnsemble

from ..nodes import ML, Nodes, NotConvertible
from .boosting import label_of
from .tree_ensemble import LESS_OR_EQUAL, Array, Tree, attributes_of

OLDER = {"TreeEnsembleClassifier", "TreeEnsembleRegressor"}
_wanted: ContextVar[bool] = ContextVar("forests", default=False)


@contextmanager
def as_ensembles() -> Iterator[None]:
    """Convert forests to TreeEnsemble until the block ends."""
    token = _wanted.set(True)
    try:
        yield
    finally:
        _wanted.reset(token)


def wanted() -> bool:
    """Say if they are to be converted so."""
    return _wanted.get()


def convert(scope: Any, operator: Any, container: Any) -> None:
    """Convert one; it compares in single precision, as scikit-learn does, and adds up doubles."""
    nodes, estimator = Nodes(scope, container), operator.raw_operator
    if hasattr(estimator, "init_") or estimator.n_outputs_ > 1:
        raise NotConvertible("beside other boosted trees it has no converter")
    single = nodes.add("Cast", operator.inputs[0].full_name, to=TensorProto.FLOAT)
    values = nodes.add("Cast", single, to=TensorProto.DOUBLE)
    trees = estimator.estimators_ if isinstance(estimator, BaseEnsemble) else [estimator]
    if not is_classifier(estimator):
        nodes.finish(_summed(nodes, values, trees, [0]), operator.outputs[0])
        return
    probabilities = _probabilities(nodes, values, trees, len(estimator.classes_))
    best = nodes.add("ArgMax", probabilities, axis=1, keepdims=0)
    classes = np.asarray(get_label_classes(scope, estimator))
    nodes.finish(label_of(nodes, classes, best), operator.outputs[0])
    nodes.finish(probabilities, operator.outputs[1])


def _probabilities(nodes: Nodes, values: str, trees: list[Any], n_classes: int) -> str:
    """Return the probabilities (n, classes); a leaf has one number, so each class its own trees."""
    if n_classes == 1:
        raise NotConvertible("it knows one class only")
    others = _summed(nodes, values, trees, [*range(1, n_classes)])
    total = nodes.add("ReduceSum", others, nodes.constant(np.array([1])), keepdims=1)
    return nodes.add("Concat", nodes.add("Sub", nodes.constant(1.0), total), others, axis=1)


def _summed(nodes: Nodes, values: str, trees: list[Any], columns: list[int]) -> str:
    written = [
        _tree(tree.tree_, column, target, len(trees))
        for tree in trees
        for target, column in enumerate(columns)
    ]
    return nodes.add("TreeEnsemble", values, domain=ML, **attributes_of(written, len(columns)))


def _tree(tree: Any, column: int, target: int, n_trees: int) -> Tree:
    """Write down a tree that adds a column of its leaves' values to a target."""
    leaf: Array = tree.children_left < 0
    weights = tree.value[leaf, 0, column] / n_trees
    inner = np.flatnonzero(~leaf)
    # Inner nodes and leaves are numbered apart.
    ids = np.where(leaf, np.cumsum(leaf), np.cumsum(~leaf)) - 1
    left, right = tree.children_left[inner], tree.children_right[inner]
    feature, split = tree.feature[inner], tree.threshold[inner]
    missing = tree.missing_go_to_left[inner].astype(bool)
    if not len(inner):  # ONNX has no tree without a node: both ways lead to the one leaf
        left = right = feature = split = np.zeros(1, np.int64)
        missing = np.zeros(1, bool)
    fields = {
        "nodes_featureids": feature,
        "nodes_modes": np.full(len(left), LESS_OR_EQUAL),
        "nodes_splits": split.astype(np.float64),
        "nodes_missing_value_tracks_true": missing,
        "nodes_truenodeids": ids[left],
        "nodes_falsenodeids": ids[right],
        "nodes_trueleafs": leaf[left],
        "nodes_falseleafs": leaf[right],
        "leaf_targetids": np.full(len(weights), target),
        "leaf_weights": weights,
    }
    return Tree(fields, [])
