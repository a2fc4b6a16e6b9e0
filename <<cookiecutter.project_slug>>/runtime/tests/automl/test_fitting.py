"""Estimators that a search has fitted predict the same each time, to the last digit."""

import numpy as np
import pytest

from model_runtime.automl.estimators import build
from model_runtime.automl.fitting import fitted


@pytest.mark.parametrize("name", ["rf", "extra_tree"])
def test_trees_are_added_up_in_one_order(name: str) -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(300, 4))
    y = 3 * X[:, 0] + random.normal(size=300)
    settings = {"n_estimators": 40, "max_leaf_nodes": 30, "max_features": 1.0}
    model = fitted(build(name, "regression", settings, 0, 2), X, y, None)
    assert len({model.predict(X).tobytes() for _ in range(20)}) == 1
