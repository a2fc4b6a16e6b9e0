"""XGBoost's models are compiled leaf by leaf; the onnx group alone then serves them."""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

from model_runtime.bundle.engines import OnnxEngine
from model_runtime.compiler.compile import compile_pipeline
from model_runtime.compiler.prove import TOLERANCE, columns_of

from ..support.boosted_rows import (
    CATEGORIES,
    NUMBERS,
    at_thresholds,
    difference,
    fitted,
    halves,
    quarters,
    rows,
    shares,
    target,
)
from ..support.both_engines import largest_difference, pipeline_of

xgboost = pytest.importorskip(
    "xgboost", reason="XGBoost is not installed (`uv add --group train xgboost-cpu`)"
)

CLOSE = 3e-7
"""A few roundings of floats, in the objective's link: the sums before it are the same."""


@pytest.mark.parametrize("seed", range(12))
def test_a_single_tree_takes_the_same_leaf_for_every_value(seed: int) -> None:
    random = np.random.default_rng(seed)
    options: dict[str, Any] = {
        "tree_method": random.choice(["hist", "approx", "exact"]),
        "max_depth": int(random.integers(1, 9)),
        "min_child_weight": float(random.choice([0, 1, 20])),
        "learning_rate": float(random.random()),
        "missing": float(random.choice([np.nan, -1.0, 0.0])),
    }
    if options["tree_method"] != "exact" and random.random() < 0.8:
        options |= CATEGORIES | {"max_cat_to_onehot": int(random.choice([1, 5, 200]))}
    estimator = xgboost.XGBRegressor(n_estimators=1, **options)
    # A missing value's number stands for no category.
    X = rows(1_500, seed, missing=float(random.choice([0.0, 0.3]))).fillna(
        {} if np.isnan(options["missing"]) else dict.fromkeys(NUMBERS, options["missing"])
    )
    pipeline = fitted(estimator, X, target(X))
    asked = pd.concat([X, rows(2_000, seed + 1, strange=0.5), at_thresholds(estimator, X)])
    assert largest_difference(pipeline, X, asked) == 0


@pytest.mark.parametrize("categories", [{}, CATEGORIES], ids=["numbers", "categories"])
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_missing_values_and_categories_go_xgboosts_way(
    categories: dict[str, Any], missing: float
) -> None:
    estimator = xgboost.XGBClassifier(n_estimators=60, **categories)
    assert difference(estimator, halves, missing) < CLOSE


@pytest.mark.parametrize(
    "options",
    [{}, CATEGORIES, {"objective": "multi:softmax"}, {"booster": "dart", "rate_drop": 0.3}],
    ids=str,
)
def test_several_classes_are_alike(options: dict[str, Any]) -> None:
    assert difference(xgboost.XGBClassifier(n_estimators=30, **options), quarters) < CLOSE


@pytest.mark.parametrize(
    "objective",
    [
        "reg:squarederror",
        "reg:squaredlogerror",
        "reg:absoluteerror",
        "reg:pseudohubererror",
        "reg:quantileerror",
        "reg:gamma",
        "reg:tweedie",
        "count:poisson",
    ],
)
def test_a_regressor_is_alike_for_each_objective(objective: str) -> None:
    options = {"quantile_alpha": 0.3} if objective == "reg:quantileerror" else {}
    assert difference(xgboost.XGBRegressor(objective=objective, **options)) < CLOSE


@pytest.mark.parametrize("objective", ["reg:logistic", "binary:logistic"])
def test_shares_between_0_and_1_are_alike(objective: str) -> None:
    assert difference(xgboost.XGBRegressor(objective=objective), shares) < CLOSE


@pytest.mark.parametrize(
    "options",
    [
        {"num_parallel_tree": 4, "subsample": 0.5},
        {"base_score": 0.7},
        {"min_child_weight": 5_000},
        {"grow_policy": "lossguide", "max_leaves": 9, "max_depth": 0},
        {"monotone_constraints": (1, 0, 0, 0, 0)},
        {"gamma": 5.0},
        {"tree_method": "exact"},
    ],
    ids=str,
)
def test_other_ways_to_boost_are_alike(options: dict[str, Any]) -> None:
    assert difference(xgboost.XGBRegressor(n_estimators=20, **options)) < CLOSE
    assert difference(xgboost.XGBClassifier(n_estimators=20, **options), halves) < CLOSE


def test_trees_that_dart_weighs_are_alike_but_for_roundings() -> None:
    options = {"n_estimators": 20, "booster": "dart", "rate_drop": 0.5}
    assert difference(xgboost.XGBRegressor(**options)) < 10 * CLOSE
    assert difference(xgboost.XGBClassifier(**options), halves) < 10 * CLOSE


def test_forests_are_alike() -> None:
    assert difference(xgboost.XGBRFRegressor(n_estimators=20)) < CLOSE
    assert difference(xgboost.XGBRFClassifier(n_estimators=20), quarters) < CLOSE


def test_a_prediction_beyond_single_precision_is_refused_by_both() -> None:
    X = rows(300)
    y = np.where(X["whole"] > 0, 1e-30, 1e30)
    estimator = xgboost.XGBRegressor(objective="reg:gamma", learning_rate=40.0, max_delta_step=0)
    assert largest_difference(fitted(estimator, X, y), X, X) < TOLERANCE


@pytest.mark.parametrize("booster", ["gbtree", "dart"])
@pytest.mark.parametrize("per_round", [1, 3])
def test_the_best_round_of_early_stopping_answers(booster: str, per_round: int) -> None:
    X, later = rows(600), rows(300, 5)
    estimator = xgboost.XGBClassifier(
        n_estimators=200,
        learning_rate=0.5,
        early_stopping_rounds=3,
        booster=booster,
        num_parallel_tree=per_round,
    )
    held_out = [(later.to_numpy(), quarters(target(later)))]
    pipeline = fitted(estimator, X, quarters(target(X)), eval_set=held_out, verbose=False)
    assert estimator.best_iteration + 1 < estimator.get_booster().num_boosted_rounds()
    assert largest_difference(pipeline, X, rows(500, 6)) < CLOSE


def test_sums_are_xgboosts_own_where_leaves_are_lost_in_rounding() -> None:
    estimator = xgboost.XGBRegressor(n_estimators=500, learning_rate=0.1)
    assert difference(estimator, lambda values: values / 1_000 + 1) == 0


def test_a_loss_of_ones_own_is_alike() -> None:
    def own_loss(y: Any, predicted: Any) -> Any:
        return predicted - y, np.ones_like(y)

    assert difference(xgboost.XGBRegressor(objective=own_loss)) < CLOSE


def test_a_model_that_was_read_from_bytes_is_alike() -> None:
    X = rows(500)
    estimator = xgboost.XGBClassifier(n_estimators=5, **CATEGORIES)
    pipeline = fitted(estimator, X, quarters(target(X)))
    again = xgboost.XGBClassifier()
    again.load_model(estimator.get_booster().save_raw("ubj"))
    assert largest_difference(pipeline_of(pipeline["preprocessor"], again), X, X) < CLOSE


def test_the_label_is_xgboosts() -> None:
    X = rows(500)
    pipeline = fitted(xgboost.XGBClassifier(n_estimators=5), X, quarters(target(X)))
    session = OnnxEngine(compile_pipeline(pipeline, X))._session
    found = session.run([session.get_outputs()[0].name], columns_of(X))[0]
    np.testing.assert_array_equal(found, pipeline.predict(X))


def test_compiling_leaves_the_model_as_it_is() -> None:
    X = rows(300)
    pipeline = fitted(xgboost.XGBClassifier(n_estimators=3), X, halves(target(X)))
    before = pickle.dumps(pipeline["estimator"])
    compile_pipeline(pipeline, X)
    assert pickle.dumps(pipeline["estimator"]) == before
