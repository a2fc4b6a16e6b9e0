"""XGBoost's trees as ONNX's TreeEnsemble, from the JSON that a Booster saves itself as.

XGBoost makes floats of all numbers: one below a node's threshold goes left, a missing one the
node's default way, and a category in the node's set goes right. What it can't take for a category
(negative, or 2**24 and more) goes left. It adds floats up, from the intercept on, tree by tree.
The format: https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html#json-schema.
"""

from typing import Any

import numpy as np
from onnx import TensorProto

from ..nodes import ML, Nodes, NotConvertible
from .tree_ensemble import LESS, MEMBER, Array, Split, Tree, attributes_of, tree_of

_MISSING, _NO_CATEGORY = -1.0, -2.0
"""Stand in a category's place where there is none."""

_CATEGORIES_END = 2.0**24


def raw_scores(
    nodes: Nodes, learner: dict[str, Any], rounds: int | None, intercept: Array, values: str
) -> str:
    """Return the intercept and all leaves added up, shape (n, targets), in floats.

    Args:
        nodes: Where to add operators.
        learner: The model, as its JSON has it.
        rounds: The boosting rounds that answer, from the first; all, if None.
        intercept: What each target begins with.
        values: The features, as `prepared` returns them.
    """
    model, weights = _model(learner), learner["gradient_booster"].get("weight_drop")
    used = model["iteration_indptr"][rounds] if rounds else len(model["trees"])
    trees = [
        tree_of(0, _Reader(tree).read, target)
        for tree, target in zip(model["trees"][:used], model["tree_info"], strict=False)
    ]
    for tree, weight in zip(trees, weights or (), strict=False):  # of the booster dart
        tree.fields["leaf_weights"] = tree.fields["leaf_weights"] * float(np.float32(weight))
    trees = [_constant(number, target) for target, number in enumerate(intercept)] + trees
    attributes = attributes_of(trees, len(intercept), single=True)
    return nodes.add("TreeEnsemble", values, domain=ML, **attributes)


def prepared(nodes: Nodes, learner: dict[str, Any], missing: float, values: str) -> str:
    """Cut doubles to floats, and make whole numbers of categories, as XGBoost does.

    Args:
        nodes: Where to add operators.
        learner: The model, as its JSON has it.
        missing: The number that stands for a missing one, beside NaN.
        values: The features.
    """
    values = nodes.add("Cast", values, to=TensorProto.FLOAT)
    if not np.isnan(missing):
        absent = nodes.add("Equal", values, _float(nodes, missing))
        values = nodes.add("Where", absent, _float(nodes, np.nan), values)
    categorical = _categorical(learner)
    if not categorical.any():
        return values
    below = nodes.add("Less", values, _float(nodes, 0))
    outside = nodes.add(
        "Or", below, nodes.add("GreaterOrEqual", values, _float(nodes, _CATEGORIES_END))
    )
    codes = nodes.add("Where", outside, _float(nodes, _NO_CATEGORY), nodes.add("Floor", values))
    codes = nodes.add("Where", nodes.add("IsNaN", values), _float(nodes, _MISSING), codes)
    return nodes.add("Where", nodes.constant(categorical[None]), codes, values)


def n_targets(learner: dict[str, Any]) -> int:
    """Return how many numbers a row's answer has before the objective's link."""
    parameters = learner["learner_model_param"]
    return max(1, int(parameters["num_class"]), int(parameters["num_target"]))


def trees_of(learner: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a model's trees, as its JSON has them."""
    trees: list[dict[str, Any]] = _model(learner)["trees"]
    return trees


def _model(learner: dict[str, Any]) -> dict[str, Any]:
    """Return the part of the JSON that has the trees, of boosters gbtree and dart."""
    booster = learner["gradient_booster"]
    model: dict[str, Any] = booster.get("gbtree", booster)["model"]
    return model


def _categorical(learner: dict[str, Any]) -> Array:
    """Tell of each feature whether the trees take it for a category."""
    if _model(learner).get("cats", {}).get("enc"):
        raise NotConvertible(
            "it learned categories from a data frame; give it codes (numbers), and say by "
            "feature_types which features they are, such as ['q', 'c']"
        )
    found = np.zeros(int(learner["learner_model_param"]["num_feature"]), bool)
    for tree in trees_of(learner):
        found[[tree["split_indices"][node] for node in tree["categories_nodes"]]] = True
    return found


def _float(nodes: Nodes, number: float) -> str:
    return nodes.constant(np.float32(number))


def _constant(number: float, target: int) -> Tree:
    return tree_of(None, lambda _: float(number), target)


class _Reader:
    """Reads the nodes of one tree, by their indices."""

    def __init__(self, tree: dict[str, Any]) -> None:
        if int(tree["tree_param"]["size_leaf_vector"]) > 1:
            raise NotConvertible(
                "its trees answer for all classes at once; take "
                "multi_strategy='one_output_per_tree' (the default)"
            )
        self._tree = tree
        self._numbers = np.array(tree["split_conditions"], np.float32).tolist()
        self._sets = _sets(tree)

    def read(self, node: int) -> Split | float:
        """Return a node's test, or a leaf's value."""
        tree = self._tree
        left, right = tree["left_children"][node], tree["right_children"][node]
        if left == -1:
            return float(self._numbers[node])
        feature, default_left = tree["split_indices"][node], bool(tree["default_left"][node])
        if node not in self._sets:
            return Split(feature, LESS, self._numbers[node], left, right, default_left)
        members = self._sets[node] + ([] if default_left else [_MISSING])
        return Split(feature, MEMBER, 0.0, right, left, members=members)


def _sets(tree: dict[str, Any]) -> dict[int, list[float]]:
    """Return the categories that go right, by node."""
    starts, sizes = tree["categories_segments"], tree["categories_sizes"]
    parts = zip(tree["categories_nodes"], starts, sizes, strict=True)
    categories = list(map(float, tree["categories"]))
    return {node: categories[start : start + size] for node, start, size in parts}
