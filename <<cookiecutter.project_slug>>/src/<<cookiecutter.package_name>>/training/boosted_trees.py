"""The trees of scikit-learn's histogram gradient boosting as ONNX's TreeEnsemble.

The operator has been in ai.onnx.ml since version 5:
https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html. It compares and adds up doubles,
sends NaN where each node says, and splits by membership in a set.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, helper

Array = npt.NDArray[Any]

_SUM = 1
_LESS_OR_EQUAL, _MEMBER = 0, 6


def ensemble_attributes(estimator: Any) -> dict[str, Any]:
    """Return the attributes of the TreeEnsemble that adds up a fitted estimator's trees.

    Its input is the doubles that scikit-learn's own trees see, categories as codes from 0 up;
    the codes must be whole numbers or NaN. Its output has a column for each tree of an iteration.
    """
    known = _known_categories(estimator)
    trees = [
        _Tree(tree, known, target)
        for iteration in estimator._predictors
        for target, tree in enumerate(iteration)
    ]
    n_nodes = np.cumsum([0] + [len(tree.fields["nodes_splits"]) for tree in trees])
    n_leaves = np.cumsum([0] + [len(tree.fields["leaf_weights"]) for tree in trees])
    for tree, first_node, first_leaf in zip(trees, n_nodes[:-1], n_leaves[:-1], strict=True):
        tree.shift(first_node, first_leaf)
    fields = {name: np.concatenate([t.fields[name] for t in trees]) for name in trees[0].fields}
    members = [number for tree in trees for number in tree.members]
    return {name: _attribute(name, values) for name, values in fields.items()} | {
        "aggregate_function": _SUM,
        "membership_values": _tensor("membership_values", TensorProto.DOUBLE, members),
        "n_targets": int(estimator.n_trees_per_iteration_),
        "post_transform": 0,
        "tree_roots": n_nodes[:-1].tolist(),
    }


class _Tree:
    """One tree's fields; ids count its own nodes and leaves from 0, until they are shifted.

    A categorical node asks for a set that neither missing nor unseen categories are in, so that
    both go its false way, as scikit-learn sends both the same way.
    """

    def __init__(self, tree: Any, known: dict[int, Array], target: int) -> None:
        nodes, leaf = tree.nodes, tree.nodes["is_leaf"].astype(bool)
        inner, leaves = nodes[~leaf], nodes[leaf]
        if not len(inner):  # ONNX has no tree without a node: both ways lead to the one leaf
            inner = np.zeros(1, nodes.dtype)
        categorical = inner["is_categorical"].astype(bool)
        missing_left = inner["missing_go_to_left"].astype(bool)
        swapped = categorical & missing_left
        when_true = np.where(swapped, inner["right"], inner["left"])
        when_false = np.where(swapped, inner["left"], inner["right"])
        # Inner nodes and leaves are numbered apart.
        ids = np.where(leaf, np.cumsum(leaf), np.cumsum(~leaf)) - 1
        self.fields = {
            "nodes_featureids": inner["feature_idx"],
            "nodes_modes": np.where(categorical, _MEMBER, _LESS_OR_EQUAL),
            "nodes_splits": np.where(categorical, 0, inner["num_threshold"]),
            "nodes_missing_value_tracks_true": ~categorical & missing_left,
            "nodes_truenodeids": ids[when_true],
            "nodes_falsenodeids": ids[when_false],
            "nodes_trueleafs": leaf[when_true],
            "nodes_falseleafs": leaf[when_false],
            "leaf_targetids": np.full(len(leaves), target),
            "leaf_weights": leaves["value"],
        }
        self.members = [
            number
            for node in inner[categorical]
            for number in [*_members(tree, node, known), np.nan]
        ]

    def shift(self, first_node: int, first_leaf: int) -> None:
        """Let the ids count from where the trees before it end."""
        for way in ("true", "false"):
            offset = np.where(self.fields[f"nodes_{way}leafs"], first_leaf, first_node)
            self.fields[f"nodes_{way}nodeids"] = self.fields[f"nodes_{way}nodeids"] + offset


def _members(tree: Any, node: Any, known: dict[int, Array]) -> Array:
    left = _numbers(tree.raw_left_cat_bitsets[node["bitset_idx"]])
    if not node["missing_go_to_left"]:
        return left
    return np.setdiff1d(known[int(node["feature_idx"])], left)


def _known_categories(estimator: Any) -> dict[int, Array]:
    if estimator.is_categorical_ is None:
        return {}
    bitsets, positions = estimator._bin_mapper.make_known_categories_bitsets()
    features = np.flatnonzero(estimator._bin_mapper.is_categorical_)
    return {int(feature): _numbers(bitsets[positions[feature]]) for feature in features}


def _numbers(bitset: Array) -> Array:
    """Return the numbers in a set of 256 bits: eight 32-bit words, the lowest bit first."""
    return np.flatnonzero(np.unpackbits(bitset.astype("<u4").view(np.uint8), bitorder="little"))


def _attribute(name: str, values: Array) -> Any:
    if name == "nodes_modes":
        return _tensor(name, TensorProto.UINT8, values)
    if name in ("nodes_splits", "leaf_weights"):
        return _tensor(name, TensorProto.DOUBLE, values)
    return values.astype(np.int64).tolist()


def _tensor(name: str, kind: int, values: Any) -> Any:
    return helper.make_tensor(name, kind, [len(values)], values)
