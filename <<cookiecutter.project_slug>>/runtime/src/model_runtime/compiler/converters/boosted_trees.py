"""The trees of scikit-learn's histogram gradient boosting as ONNX's TreeEnsemble."""

from typing import Any

import numpy as np

from .tree_ensemble import LESS_OR_EQUAL, MEMBER, Array, Tree, attributes_of


def ensemble_attributes(estimator: Any) -> dict[str, Any]:
    """Return the attributes of the TreeEnsemble that adds up a fitted estimator's trees.

    Its input is the doubles that scikit-learn's own trees see, categories as codes from 0 up;
    the codes must be whole numbers or NaN. Its output has a column for each tree of an iteration.
    """
    known = _known_categories(estimator)
    trees = [
        _tree(tree, known, target)
        for iteration in estimator._predictors
        for target, tree in enumerate(iteration)
    ]
    return attributes_of(trees, int(estimator.n_trees_per_iteration_))


def _tree(tree: Any, known: dict[int, Array], target: int) -> Tree:
    """Write down a tree that adds to a target.

    A categorical node asks for a set that neither missing nor unseen categories are in, so that
    both go its false way, as scikit-learn sends both the same way.
    """
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
    fields = {
        "nodes_featureids": inner["feature_idx"],
        "nodes_modes": np.where(categorical, MEMBER, LESS_OR_EQUAL),
        "nodes_splits": np.where(categorical, 0, inner["num_threshold"]),
        "nodes_missing_value_tracks_true": ~categorical & missing_left,
        "nodes_truenodeids": ids[when_true],
        "nodes_falsenodeids": ids[when_false],
        "nodes_trueleafs": leaf[when_true],
        "nodes_falseleafs": leaf[when_false],
        "leaf_targetids": np.full(len(leaves), target),
        "leaf_weights": leaves["value"],
    }
    members = [
        number for node in inner[categorical] for number in [*_members(tree, node, known), np.nan]
    ]
    return Tree(fields, members)


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
