"""LightGBM's trees as ONNX's TreeEnsemble, from what a Booster's `dump_model` tells of them.

LightGBM compares and adds up doubles. What a node does with a missing value depends on the
feature: it is 0 (`None`), goes the node's default way (`NaN`), or does so like any 0 (`Zero`).
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import TensorProto

from ..nodes import ML, Nodes, NotConvertible
from .tree_ensemble import LESS_OR_EQUAL, MEMBER, Tree, attributes_of

_ZERO = float(np.float32(1e-35))
"""Up to this size a number is LightGBM's 0."""

_COLUMNS = (
    "nodes_featureids",
    "nodes_modes",
    "nodes_splits",
    "nodes_missing_value_tracks_true",
    "nodes_truenodeids",
    "nodes_falsenodeids",
    "nodes_trueleafs",
    "nodes_falseleafs",
)


def raw_scores(nodes: Nodes, dump: dict[str, Any], values: str) -> str:
    """Return all trees added up, shape (n, trees of an iteration), before the objective's link.

    Raises:
        NotConvertible: The leaves are linear models.
    """
    targets = dump["num_tree_per_iteration"]
    structures = [tree["tree_structure"] for tree in dump["tree_info"]]
    writers = [_Writer(k % targets) for k in range(len(structures))]
    trees = [writer.write(tree) for writer, tree in zip(writers, structures, strict=True)]
    kinds: dict[int, set[str]] = {}
    for writer in writers:
        for feature, kind in writer.kinds:
            kinds.setdefault(feature, set()).add(kind)
    values = _prepared(nodes, values, kinds, dump["max_feature_idx"] + 1)
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


@dataclass
class _Writer:
    """Writes down one tree, node by node."""

    target: int
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    leaves: list[float] = field(default_factory=list)
    members: list[float] = field(default_factory=list)
    kinds: set[tuple[int, str]] = field(default_factory=set)

    def write(self, root: dict[str, Any]) -> Tree:
        """Return the tree below a root."""
        if "leaf_value" in root:  # ONNX has no tree without a node: both ways lead to the leaf
            self._leaf(root)
            self.rows.append((0, LESS_OR_EQUAL, 0.0, 0, 0, 0, 1, 1))
        else:
            self._nodes(root)
        columns = zip(*self.rows, strict=True)
        fields = {name: np.array(each) for name, each in zip(_COLUMNS, columns, strict=True)}
        fields["leaf_targetids"] = np.full(len(self.leaves), self.target)
        fields["leaf_weights"] = np.array(self.leaves)
        return Tree(fields, self.members)

    def _nodes(self, root: dict[str, Any]) -> None:
        waiting = [root]
        for node in waiting:  # grows meanwhile: an inner node's id is its place
            ways = []
            for child in (node["left_child"], node["right_child"]):
                if "leaf_value" in child:
                    ways.append((self._leaf(child), 1))
                else:
                    ways.append((len(waiting), 0))
                    waiting.append(child)
            (left, left_is_leaf), (right, right_is_leaf) = ways
            self.rows.append((*self._test(node), left, right, left_is_leaf, right_is_leaf))

    def _leaf(self, leaf: dict[str, Any]) -> int:
        if "leaf_const" in leaf:
            raise NotConvertible("its leaves are linear models (linear_tree)")
        self.leaves.append(leaf["leaf_value"])
        return len(self.leaves) - 1

    def _test(self, node: dict[str, Any]) -> tuple[int, int, float, int]:
        feature, threshold = node["split_feature"], node["threshold"]
        if node["decision_type"] == "==":
            self.kinds.add((feature, "=="))
            self.members += [*map(float, threshold.split("||")), np.nan]
            return feature, MEMBER, 0.0, 0
        kind = node["missing_type"]
        self.kinds.add((feature, kind))
        left = threshold >= 0 if kind == "None" else node["default_left"]
        return feature, LESS_OR_EQUAL, threshold, int(left)
