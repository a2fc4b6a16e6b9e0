"""ONNX's TreeEnsemble, in double or single precision.

The operator has been in ai.onnx.ml since version 5:
https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html. It compares and adds up numbers of
its input's type, sends NaN where each node says, and splits by membership in a set. ONNX Runtime on
one thread adds a row's leaves up in the order of the trees.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, helper

Array = npt.NDArray[Any]

LESS_OR_EQUAL, LESS, MEMBER = 0, 1, 6
"""Modes of a node: a value up to or below the split goes the true way, or one in the node's set."""

_SUM = 1

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


@dataclass
class Tree:
    """The operator's attributes for one tree, ids counted from its own first node and leaf.

    `members` are its sets' numbers in the order of its nodes, each set ended by NaN.
    """

    fields: dict[str, Array]
    members: list[float]

    def shifted(self, first_node: int, first_leaf: int) -> dict[str, Array]:
        """Return the attributes with ids that count from where the trees before it end."""
        fields = dict(self.fields)
        for way in ("true", "false"):
            offset = np.where(fields[f"nodes_{way}leafs"], first_leaf, first_node)
            fields[f"nodes_{way}nodeids"] = fields[f"nodes_{way}nodeids"] + offset
        return fields


@dataclass(frozen=True)
class Split:
    """A test of a feature's value, and the nodes on its two ways, in a library's own terms."""

    feature: int
    mode: int
    threshold: float
    when_true: Any
    when_false: Any
    missing_is_true: bool = False
    members: Sequence[float] = ()


def tree_of(root: Any, read: Callable[[Any], Split | float], target: int) -> Tree:
    """Write down the tree below a root that adds to a target.

    Args:
        root: The first node, in a library's own terms.
        read: Tells of a node its test, or of a leaf its value.
        target: The column of the answer.
    """
    first = read(root)
    if not isinstance(first, Split):  # ONNX has no tree without a node: both ways lead to the leaf
        first = Split(0, LESS_OR_EQUAL, 0.0, root, root)
    waiting, rows = [first], []
    leaves: list[float] = []
    members: list[float] = []
    for node in waiting:  # grows meanwhile: an inner node's id is its place
        ids, are_leaves = [], []
        for child in map(read, (node.when_true, node.when_false)):
            if isinstance(child, Split):
                ids.append(len(waiting))
                waiting.append(child)
            else:
                ids.append(len(leaves))
                leaves.append(child)
            are_leaves.append(not isinstance(child, Split))
        test = (node.feature, node.mode, node.threshold, node.missing_is_true)
        rows.append((*test, *ids, *are_leaves))
        if node.mode == MEMBER:
            members += [*node.members, np.nan]
    columns = zip(*rows, strict=True)
    fields = {name: np.array(each) for name, each in zip(_COLUMNS, columns, strict=True)}
    fields["leaf_targetids"] = np.full(len(leaves), target)
    fields["leaf_weights"] = np.array(leaves, np.float64)
    return Tree(fields, members)


def attributes_of(trees: list[Tree], n_targets: int, single: bool = False) -> dict[str, Any]:
    """Return the attributes of a TreeEnsemble that adds trees up, with a column for each target.

    Args:
        trees: What to add up, in this order.
        n_targets: The columns.
        single: The input is floats; else doubles.
    """
    kind = TensorProto.FLOAT if single else TensorProto.DOUBLE
    n_nodes = np.cumsum([0] + [len(tree.fields["nodes_splits"]) for tree in trees])
    n_leaves = np.cumsum([0] + [len(tree.fields["leaf_weights"]) for tree in trees])
    shifted = [tree.shifted(n_nodes[k], n_leaves[k]) for k, tree in enumerate(trees)]
    fields = {name: np.concatenate([each[name] for each in shifted]) for name in shifted[0]}
    members = [number for tree in trees for number in tree.members]
    return {name: _attribute(name, values, kind) for name, values in fields.items()} | {
        "aggregate_function": _SUM,
        "membership_values": _tensor("membership_values", kind, members),
        "n_targets": n_targets,
        "post_transform": 0,
        "tree_roots": n_nodes[:-1].tolist(),
    }


def _attribute(name: str, values: Array, kind: int) -> Any:
    if name == "nodes_modes":
        return _tensor(name, TensorProto.UINT8, values)
    if name in ("nodes_splits", "leaf_weights"):
        return _tensor(name, kind, values)
    return values.astype(np.int64).tolist()


def _tensor(name: str, kind: int, values: Any) -> Any:
    return helper.make_tensor(name, kind, [len(values)], values)
