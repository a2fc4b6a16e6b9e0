"""ONNX's TreeEnsemble, in double precision.

The operator has been in ai.onnx.ml since version 5:
https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html. It compares and adds up doubles,
sends NaN where each node says, and splits by membership in a set.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, helper

Array = npt.NDArray[Any]

LESS_OR_EQUAL, MEMBER = 0, 6
"""Modes of a node: a value up to the split goes the true way, or one in the node's set."""

_SUM = 1


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


def attributes_of(trees: list[Tree], n_targets: int) -> dict[str, Any]:
    """Return the attributes of a TreeEnsemble that adds trees up, with a column for each target."""
    n_nodes = np.cumsum([0] + [len(tree.fields["nodes_splits"]) for tree in trees])
    n_leaves = np.cumsum([0] + [len(tree.fields["leaf_weights"]) for tree in trees])
    shifted = [tree.shifted(n_nodes[k], n_leaves[k]) for k, tree in enumerate(trees)]
    fields = {name: np.concatenate([each[name] for each in shifted]) for name in shifted[0]}
    members = [number for tree in trees for number in tree.members]
    return {name: _attribute(name, values) for name, values in fields.items()} | {
        "aggregate_function": _SUM,
        "membership_values": _tensor("membership_values", TensorProto.DOUBLE, members),
        "n_targets": n_targets,
        "post_transform": 0,
        "tree_roots": n_nodes[:-1].tolist(),
    }


def _attribute(name: str, values: Array) -> Any:
    if name == "nodes_modes":
        return _tensor(name, TensorProto.UINT8, values)
    if name in ("nodes_splits", "leaf_weights"):
        return _tensor(name, TensorProto.DOUBLE, values)
    return values.astype(np.int64).tolist()


def _tensor(name: str, kind: int, values: Any) -> Any:
    return helper.make_tensor(name, kind, [len(values)], values)
