"""XGBoost's models are compiled leaf by leaf; the onnx group alone then serves them."""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer

from model_runtime.bundle.engines import OnnxEngine
from model_runtime.compiler.compile import NotCompilable, compile_pipeline
from model_runtime.compiler.prove import TOLERANCE, columns_of

from ..support.both_engines import largest_difference, pipeline_of

xgboost = pytest.importorskip(
    "xgboost", reason="XGBoost is not installed (`uv add --group train xgboost-cpu`)"
)

NUMBERS, CODES = ["near zero", "wide", "whole"], ["few", "many"]
STRANGE = [0.0, -0.0, 1e-46, -1e-46, 1e39, -1e300, 0.5, -0.5, -1.0, 2.75, 255.0, 2**24, np.nan]
CATEGORIES = {"feature_types": [*"qqqcc"], "enable_categorical": True}

CLOSE = 3e-7
"""A few roundings of floats, in the objective's link: the sums before it are the same."""


def rows(n: int, seed: int = 0, missing: float = 0.1, strange: float = 0.0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "near zero": random.normal(size=n) * (random.random(n) < 0.6),
            "wide": random.normal(size=n) * 1e20,
            "whole": random.integers(-3, 4, n).astype(float),
            "few": random.integers(0, 4, n).astype(float),
            "many": random.integers(0, 150, n).astype(float),
        }
    )
    X = X.mask(random.random(X.shape) < missing)
    odd = pd.DataFrame(random.choice(STRANGE, X.shape), columns=X.columns)
    return X.mask(random.random(X.shape) < strange, odd)


def target(X: pd.DataFrame) -> Any:
    noise = np.random.default_rng(1).normal(size=len(X))
    codes = (X["many"].fillna(7) * 7 % 5 + X["few"].fillna(2) * 3 % 4) / 3
    return np.exp((X["near zero"].fillna(1) + X["whole"].fillna(0) + codes + noise) / 4)


def halves(values: Any) -> Any:
    return (values > np.median(values)).astype(int)


def quarters(values: Any) -> Any:
    return pd.qcut(values, 4, labels=False)


def shares(values: Any) -> Any:
    return values / values.max()


def fitted(estimator: Any, X: pd.DataFrame, y: Any, **options: Any) -> Any:
    estimator.set_params(n_jobs=1, random_state=0)
    passed = ColumnTransformer([("all", "passthrough", list(X))])
    estimator.fit(passed.fit_transform(X), y, **options)
    return pipeline_of(passed, estimator)


def at_thresholds(estimator: Any, X: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Return rows with a value at a node's threshold, or next to it as float or as double."""
    nodes = estimator.get_booster().trees_to_dataframe().dropna(subset="Split")
    found = X.sample(5 * len(nodes), replace=True, random_state=seed, ignore_index=True)
    for row, (feature, split) in enumerate(zip(nodes["Feature"], nodes["Split"], strict=True)):
        single = np.float32(split)
        sides = [np.nextafter(single, np.float32(side)) for side in (-np.inf, np.inf)]
        middles = [(float(single) + float(side)) / 2 for side in sides]
        column = int(str(feature).removeprefix("f"))
        found.iloc[5 * row : 5 * row + 5, column] = [single, *sides, *middles]
    return found.sample(frac=1, random_state=seed)


def difference(estimator: Any, y: Any = None, missing: float = 0.1) -> float:
    X = rows(1_500, missing=missing)
    pipeline = fitted(estimator, X, target(X) if y is None else y(target(X)))
    asked = [X, rows(500, 1), rows(1_500, 2, strange=0.4), at_thresholds(estimator, X)[:5_000]]
    return largest_difference(pipeline, X, pd.concat(asked))


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


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"booster": "gblinear"}, "take the booster gbtree"),
        ({"objective": "binary:hinge"}, "binary:hinge gives no probabilities"),
        ({"objective": "binary:logitraw"}, "binary:logitraw gives no probabilities"),
        ({"multi_strategy": "multi_output_tree"}, "multi_strategy='one_output_per_tree'"),
    ],
    ids=str,
)
def test_what_stands_in_a_classifiers_way_is_named(options: dict[str, Any], reason: str) -> None:
    X = rows(300)
    y = quarters(target(X)) if "multi_strategy" in options else halves(target(X))
    pipeline = fitted(xgboost.XGBClassifier(n_estimators=3, **options), X, y)
    with pytest.raises(NotCompilable, match=rf"the estimator \(XGBClassifier\): .*{reason}"):
        compile_pipeline(pipeline, X)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"objective": "survival:cox"}, "survival:cox has no converter"),
        ({"objective": "reg:quantileerror", "quantile_alpha": [0.1, 0.9]}, "several numbers"),
    ],
    ids=str,
)
def test_what_stands_in_a_regressors_way_is_named(options: dict[str, Any], reason: str) -> None:
    X = rows(300)
    pipeline = fitted(xgboost.XGBRegressor(n_estimators=3, **options), X, target(X))
    with pytest.raises(NotCompilable, match=rf"the estimator \(XGBRegressor\): .*{reason}"):
        compile_pipeline(pipeline, X)


def test_categories_of_a_data_frame_are_asked_for_as_codes() -> None:
    X = rows(300, missing=0.0)
    framed = X.astype({"few": int}).astype({"few": "category"})
    estimator = xgboost.XGBRegressor(n_estimators=3, enable_categorical=True)
    estimator.fit(framed, target(X))
    passed = ColumnTransformer([("all", "passthrough", list(X))]).fit(X)
    with pytest.raises(NotCompilable, match="give it codes"):
        compile_pipeline(pipeline_of(passed, estimator), X)
