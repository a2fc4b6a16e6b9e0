"""The space of a search: each estimator's settings, within FLAML's ranges.

The ranges are those of `flaml.automl.model`, which can't be imported without XGBoost, under
scikit-learn's names; trees are fewer and smaller, since a service has to load and run the winner.
"""

import warnings
from typing import Any

import numpy as np

with warnings.catch_warnings():
    # It warns that its class AutoML is not there.
    warnings.simplefilter("ignore")
    from flaml.tune.sample import choice, lograndint, loguniform, uniform

MOST_TREES = 512
MOST_LEAVES = 1_024

LOW_COST = {"n_estimators": 4, "max_iter": 4, "max_leaf_nodes": 4}
"""The beginning of a search: cheap, and dearer only where that pays."""

Space = dict[str, Any]


def space(name: str, task: str, n_rows: int, n_columns: int) -> tuple[Space, dict[str, Any]]:
    """Return the domain of each setting, and the settings to start with."""
    if name == "histgb":
        return _boosting(n_rows)
    if name in ("rf", "extra_tree"):
        return _forest(task, n_rows, n_columns)
    if name == "enet":
        return {"alpha": loguniform(1e-4, 1.0), "l1_ratio": uniform(0.0, 1.0)}, {
            "alpha": 0.1,
            "l1_ratio": 0.5,
        }
    if name == "kneighbor":
        return {"n_neighbors": lograndint(1, max(2, min(512, n_rows // 2)))}, {"n_neighbors": 5}
    return {"C": loguniform(2**-5, 2.0**15)}, {"C": 1.0}


def _leaves(n_rows: int) -> Any:
    return lograndint(4, max(5, min(MOST_LEAVES, n_rows // 2)))


def _boosting(n_rows: int) -> tuple[Space, dict[str, Any]]:
    domains = {
        "max_iter": lograndint(4, MOST_TREES),
        "max_leaf_nodes": _leaves(n_rows),
        "min_samples_leaf": lograndint(2, 129),
        "learning_rate": loguniform(2**-10, 1.0),
        "max_bins": lograndint(7, 255),
        "l2_regularization": loguniform(2**-10, 2.0**10),
    }
    begin = {"min_samples_leaf": 20, "learning_rate": 0.1, "max_bins": 254}
    return domains, {"max_iter": 4, "max_leaf_nodes": 4, **begin, "l2_regularization": 1.0}


def _forest(task: str, n_rows: int, n_columns: int) -> tuple[Space, dict[str, Any]]:
    share = float(1 / np.sqrt(n_columns)) if task == "classification" else 1.0
    domains = {
        "n_estimators": lograndint(4, MOST_TREES),
        "max_leaf_nodes": _leaves(n_rows),
        "max_features": loguniform(min(0.1, share), 1.0),
    }
    begin: dict[str, Any] = {"n_estimators": 4, "max_leaf_nodes": 4, "max_features": share}
    if task == "classification":
        domains["criterion"] = choice(["gini", "entropy"])
        begin["criterion"] = "gini"
    return domains, begin
