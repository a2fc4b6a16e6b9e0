"""Forests compile beside boosted trees, which need a newer operator for trees."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from model_runtime.bundle.engines import OnnxEngine
from model_runtime.compiler.compile import NotCompilable, compile_pipeline
from model_runtime.compiler.prove import prove

BOOSTED = ("boosted", HistGradientBoostingClassifier(max_iter=5))
REGRESSING = ("boosted", HistGradientBoostingRegressor(max_iter=5))


def numbers(n: int, seed: int, missing: float = 0.2) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, 4)).round(2)
    X[random.random(X.shape) < missing] = np.nan
    return pd.DataFrame(X, columns=["a", "b", "c", "d"])


def fitted(estimator: Any, y: Any, X: pd.DataFrame) -> Pipeline:
    steps = [
        ("preprocessor", ColumnTransformer([("all", "passthrough", [*X.columns])])),
        ("estimator", estimator),
    ]
    return Pipeline(steps).fit(X, y)


@pytest.mark.parametrize("labels", [["no", "yes"], [3, 5, 9]], ids=["two", "three"])
@pytest.mark.parametrize(
    "other",
    [
        RandomForestClassifier(7, random_state=0),
        ExtraTreesClassifier(7, random_state=0),
        DecisionTreeClassifier(max_depth=4, random_state=0),
        RandomForestClassifier(2, max_depth=1, min_samples_leaf=400, random_state=0),
    ],
    ids=["forest", "extra", "tree", "leaves-alone"],
)
def test_classifiers_are_exact(labels: list[Any], other: Any) -> None:
    X = numbers(600, 0)
    y = np.array(labels)[np.random.default_rng(1).integers(0, len(labels), 600)]
    for together in (
        VotingClassifier([BOOSTED, ("other", other)], voting="soft", weights=[1, 2]),
        StackingClassifier([BOOSTED, ("other", other)], cv=2),
    ):
        assert_exact(fitted(together, y, X), X, "classification")


@pytest.mark.parametrize(
    "other",
    [
        RandomForestRegressor(7, random_state=0),
        ExtraTreesRegressor(7, random_state=0),
        DecisionTreeRegressor(max_depth=4),
    ],
    ids=lambda each: type(each).__name__,
)
def test_regressors_are_exact(other: Any) -> None:
    X = numbers(600, 0)
    y = X.fillna(1.0).sum(axis=1).to_numpy()
    assert_exact(fitted(VotingRegressor([REGRESSING, ("other", other)]), y, X), X, "regression")


def assert_exact(pipeline: Pipeline, X: pd.DataFrame, task: Any) -> None:
    groups = {"missing": numbers(2_000, 2, 0.5), "clean": numbers(2_000, 3, 0.0)}
    parity = prove(pipeline, OnnxEngine(compile_pipeline(pipeline, X)), groups, task)
    assert (parity.proven, parity.obstacle) == (True, None)
    assert parity.largest_difference is not None
    assert parity.largest_difference < 1e-12


def test_what_has_no_newer_operator_is_named() -> None:
    X = numbers(600, 0, 0.0)
    other = GradientBoostingRegressor(n_estimators=3)
    vote = VotingRegressor([REGRESSING, ("other", other)])
    pipeline = fitted(vote, X.sum(axis=1).to_numpy(), X)
    with pytest.raises(NotCompilable, match="beside other boosted trees it has no converter"):
        compile_pipeline(pipeline, X)
