"""LightGBM's trees as ONNX's TreeEnsemble, from what a Booster's `dump_model` tells of them.

LightGBM compares and adds up doubles. What a node does with a missing value depends on the
feature: it is 0 (`None`), goes the node's default way (`NaN`), or does so like any 0 (`Zero`).
"""

from typing import Any

import numpy as np
from onnx import TensorProto

from ..nodes import ML, Nodes, NotConvertible
from .tree_ensemble import LESS_OR_EQUAL, MEMBER, Split, attributes_of, tree_of

_ZERO = float(np.float32(1e-35))
"""Up to this size a number is LightGBM's 0."""


def raw_scores(nodes: Nodes, dump: dict[str, Any], values: str) -> str:
    """Return all trees added up, shape (n, trees of an iteration), before the objective's link.

    Raises:
        NotConvertible: The leaves are linear models.
    """
    targets = dump["num_tree_per_iteration"]
    structures = [tree["tree_structure"] for tree in dump["tree_info"]]
    reader = _Reader()
    trees = [tree_of(root, reader.read, k % targets) for k, root in enumerate(structures)]
    values = _prepared(nodes, values, reader.kinds, dump["max_feature_idx"] + 1)
    raw = nodes.add("TreeEnsemble", values, domain=ML, **attributes_of(trees, targets))
    if not dump["average_output"]:
        return raw
    return nodes.add("Div", raw, nodes.constant(float(len(trees) // targets)))


def _prepared(nodes: Nodes, values: str, kinds: dict[int, set[str]], width: int) -> str:
    """Make whole numbers of categories, as LightGBM does, and NaN of a 0 that counts as missing."""
    chosen = {
        kind: np.array([kind in kinds.get(feature, ()) for feature in range(width)])
        for kind in ("==", "Zero")
    }
    if (chosen["Zero"] & np.array([len(kinds.get(k, ())) > 1 for k in range(width)])).any():
        raise NotConvertible("its trees do not agree on where 0 is a missing value")
    if chosen["=="].any():
        whole = nodes.add("Cast", values, to=TensorProto.INT64)
        whole = nodes.add("Cast", whole, to=TensorProto.DOUBLE)
        values = nodes.add("Where", nodes.constant(chosen["=="][None]), whole, values)
    if chosen["Zero"].any():
        small = nodes.add("LessOrEqual", nodes.add("Abs", values), nodes.constant(_ZERO))
        missing = nodes.add("And", small, nodes.constant(chosen["Zero"][None]))
        values = nodes.add("Where", missing, nodes.constant(np.nan), values)
    return values


class _Reader:
    """Reads nodes, and collects how each feature's values are tested."""

    def __init__(self) -> None:
        self.kinds: dict[int, set[str]] = {}

    def read(self, node: dict[str, Any]) -> Split | float:
        """Return a node's test, or a leaf's value."""
        if "leaf_const" in node:
            raise NotConvertible("its leaves are linear models (linear_tree)")
        if "leaf_value" in node:
            return float(node["leaf_value"])
        feature, threshold = node["split_feature"], node["threshold"]
        ways = (node["left_child"], node["right_child"])
        if node["decision_type"] == "==":
            self._note(feature, "==")
            members = tuple(map(float, threshold.split("||")))
            return Split(feature, MEMBER, 0.0, *ways, members=members)
        kind = node["missing_type"]
        self._note(feature, kind)
        left = threshold >= 0 if kind == "None" else node["default_left"]
        return Split(feature, LESS_OR_EQUAL, threshold, *ways, missing_is_true=left)

    def _note(self, feature: int, kind: str) -> None:
        self.kinds.setdefault(feature, set()).add(kind)
