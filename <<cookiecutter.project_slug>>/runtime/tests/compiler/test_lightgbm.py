"""LightGBM's models are compiled exactly; the onnx group alone then serves them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer

from model_runtime.bundle.engines import OnnxEngine
from model_runtime.compiler.compile import NotCompilable, compile_pipeline
from model_runtime.compiler.prove import columns_of

from ..support.boosted_rows import rows, target
from ..support.both_engines import EXACT, largest_difference, pipeline_of

lightgbm = pytest.importorskip("lightgbm", reason="LightGBM is not installed (`uv add lightgbm`)")

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def fitted(estimator: Any, X: pd.DataFrame, y: Any, **options: Any) -> Any:
    estimator.set_params(verbose=-1, n_jobs=1, random_state=0, min_child_samples=5)
    estimator.set_params(min_data_per_group=5, cat_smooth=1)
    passed = ColumnTransformer([("all", "passthrough", list(X))])
    estimator.fit(passed.fit_transform(X), y, **options)
    return pipeline_of(passed, estimator)


def difference(estimator: Any, y: Any = None, missing: float = 0.1, **options: Any) -> float:
    X = rows(1_500, missing=missing)
    pipeline = fitted(estimator, X, target(X) if y is None else y(target(X)), **options)
    asked = pd.concat([X, rows(500, 1), rows(1_500, 2, strange=0.4)])
    return largest_difference(pipeline, X, asked)


def halves(values: Any) -> Any:
    return np.where(values > np.median(values), "more", "less")


def quarters(values: Any) -> Any:
    return pd.qcut(values, 4, labels=False) * 3


@pytest.mark.parametrize("categorical", ["auto", [3, 4]])
@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize(
    "options", [{}, {"use_missing": False}, {"zero_as_missing": True}], ids=str
)
def test_missing_values_zeros_and_categories_go_lightgbms_way(
    categorical: Any, missing: float, options: dict[str, Any]
) -> None:
    estimator = lightgbm.LGBMClassifier(n_estimators=20, **options)
    assert difference(estimator, halves, missing, categorical_feature=categorical) < EXACT


@pytest.mark.parametrize("objective", ["multiclass", "multiclassova"])
def test_several_classes_are_exact(objective: str) -> None:
    estimator = lightgbm.LGBMClassifier(n_estimators=10, objective=objective)
    assert difference(estimator, quarters, categorical_feature=[3, 4]) < EXACT


@pytest.mark.parametrize(
    "objective",
    ["l2", "l1", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie"],
)
def test_a_regressor_is_exact_for_each_objective(objective: str) -> None:
    assert difference(lightgbm.LGBMRegressor(n_estimators=15, objective=objective)) < EXACT


@pytest.mark.parametrize(
    "options",
    [
        {"reg_sqrt": True},
        {"boosting_type": "dart"},
        {"boosting_type": "rf", "subsample": 0.5, "subsample_freq": 1},
        {"min_child_samples": 5_000},
        {"sigmoid": 0.7},
    ],
    ids=str,
)
def test_other_ways_to_boost_are_exact(options: dict[str, Any]) -> None:
    assert difference(lightgbm.LGBMRegressor(n_estimators=10, **options)) < EXACT
    assert difference(lightgbm.LGBMClassifier(n_estimators=10, **options), halves) < EXACT


def test_trees_of_a_single_leaf_are_counted() -> None:
    X = rows(100)
    pipeline = fitted(lightgbm.LGBMRegressor(n_estimators=3), X, np.full(100, 7.5))
    assert largest_difference(pipeline, X, X) < EXACT


def test_the_best_round_of_early_stopping_answers() -> None:
    X, later = rows(600), rows(300, 5)
    stop = lightgbm.early_stopping(3, verbose=False)
    estimator = lightgbm.LGBMClassifier(n_estimators=300, learning_rate=0.5)
    pipeline = fitted(
        estimator,
        X,
        halves(target(X)),
        eval_set=[(later.to_numpy(), halves(target(later)))],
        callbacks=[stop],
    )
    assert estimator.best_iteration_ < 300
    assert largest_difference(pipeline, X, rows(500, 6)) < EXACT


def test_the_label_is_lightgbms() -> None:
    X = rows(500)
    pipeline = fitted(lightgbm.LGBMClassifier(n_estimators=5), X, quarters(target(X)))
    session = OnnxEngine(compile_pipeline(pipeline, X))._session
    found = session.run([session.get_outputs()[0].name], columns_of(X))[0]
    np.testing.assert_array_equal(found, pipeline.predict(X))


def own_loss(y: Any, predicted: Any) -> Any:
    return predicted - y, np.ones_like(y)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"linear_tree": True}, "linear models"),
        ({"objective": own_loss}, "its objective is a function"),
        ({"objective": "cross_entropy_lambda"}, "cross_entropy_lambda has no converter"),
    ],
)
def test_what_stands_in_lightgbms_way_is_named(options: dict[str, Any], reason: str) -> None:
    X = rows(300)
    y = (target(X) > 1).astype(float)
    pipeline = fitted(lightgbm.LGBMRegressor(n_estimators=3, **options), X, y)
    with pytest.raises(NotCompilable, match=rf"the estimator \(LGBMRegressor\): .*{reason}"):
        compile_pipeline(pipeline, X)
