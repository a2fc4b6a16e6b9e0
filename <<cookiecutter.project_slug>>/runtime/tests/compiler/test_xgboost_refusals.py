"""Models of XGBoost that can't be compiled are refused, and the reason is named."""

from typing import Any

import pytest
from sklearn.compose import ColumnTransformer

from model_runtime.compiler.compile import NotCompilable, compile_pipeline

from ..support.boosted_rows import fitted, halves, quarters, rows, target
from ..support.both_engines import pipeline_of

xgboost = pytest.importorskip(
    "xgboost", reason="XGBoost is not installed (`uv add --group train xgboost-cpu`)"
)


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
