"""Histogram gradient boosting is compiled exactly, with its categories and missing values."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from rich.console import Console
from sklearn._loss import HalfBinomialLoss
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder
from threadpoolctl import threadpool_limits

from model_runtime.bundle.engines import OnnxEngine
from model_runtime.bundle.metadata import Parity
from model_runtime.compiler.compile import NotCompilable, compile_pipeline
from model_runtime.compiler.prove import columns_of, prove
from model_runtime.features import Feature, Features
from model_runtime.preprocessing import MISSING_LABEL, BasePreprocessor
from model_runtime.tasks import TaskName
from model_runtime.training.run import train

from ..support.settings import settings_in
from ..support.small_cases import case

LABELS = {"size": 5, "shop": 40, "article": 200}
NUMBERS = ["price", "stock"]
LOSSES = ["squared_error", "absolute_error", "poisson", "gamma", "quantile"]
EXACT = 1e-12


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Learn on one thread: more would wait for each other where cores are busy."""
    with threadpool_limits(1, user_api="openmp"):
        yield


def sales(n: int, seed: int = 0, unseen: float = 0, missing: float = 0.1) -> pd.DataFrame:
    """Made-up sales; some numbers and labels are missing, and some labels new."""
    random = np.random.default_rng(seed)
    columns: dict[str, Any] = {}
    for name, count in LABELS.items():
        drawn = random.choice([f"{name} {i}" for i in range(count)], n).astype(object)
        drawn[random.random(n) < missing] = MISSING_LABEL
        drawn[random.random(n) < unseen] = "not seen before"
        columns[name] = pd.Series(drawn, dtype=object)
    for name in NUMBERS:
        columns[name] = random.normal(size=n)
        columns[name][random.random(n) < missing] = np.nan
    return pd.DataFrame(columns)


def earnings(X: pd.DataFrame) -> Any:
    """A number above 0 that depends on each feature, on labels in no order, with noise."""
    numbers = [pd.util.hash_array(X[name].to_numpy()) % 7 for name in LABELS]
    noise = np.random.default_rng(1).normal(size=len(X))
    return np.exp((sum(numbers) + 3 * X["price"].fillna(1) * X["stock"].fillna(-1) + noise) / 10)


def classes(X: pd.DataFrame, n: int) -> Any:
    """Share the rows out among some classes, by what they earn."""
    return pd.qcut(earnings(X), n, labels=[f"class {i}" for i in range(n)]).astype(object)


def encoding(**options: Any) -> OrdinalEncoder:
    return OrdinalEncoder(handle_unknown="use_encoded_value", **options)


def fitted(estimator: Any, y: Any, X: pd.DataFrame) -> Pipeline:
    """Return the labels' codes, then the numbers, then the estimator."""
    labels = encoding(unknown_value=np.nan)
    parts = [("labels", labels, list(LABELS)), ("numbers", "passthrough", NUMBERS)]
    steps = [("preprocessor", ColumnTransformer(parts)), ("estimator", estimator)]
    return Pipeline(steps).fit(X, y)


def at_thresholds(estimator: Any, n: int) -> pd.DataFrame:
    """Rows whose numbers are where the trees split, or the next double to a side."""
    rows = sales(n, seed=5)
    nodes = np.concatenate([tree.nodes for trees in estimator._predictors for tree in trees])
    splits = nodes["num_threshold"][nodes["is_leaf"] + nodes["is_categorical"] == 0]
    splits = splits[np.isfinite(splits)]
    random = np.random.default_rng(6)
    for name in NUMBERS:
        drawn = random.choice(splits, n)
        rows[name] = np.nextafter(drawn, drawn + random.integers(-1, 2, n))
    return rows


def proof(pipeline: Pipeline, X: pd.DataFrame, task: TaskName) -> Parity:
    groups = {
        "clean": sales(5_000, seed=2, missing=0),
        "missing": sales(5_000, seed=3, missing=0.5),
        "unseen": sales(5_000, seed=4, unseen=0.3),
        "thresholds": at_thresholds(pipeline[-1], 5_000),
    }
    return prove(pipeline, OnnxEngine(compile_pipeline(pipeline, X)), groups, task)


def assert_exact(parity: Parity) -> None:
    assert (parity.proven, parity.obstacle) == (True, None)
    assert parity.largest_difference is not None
    assert parity.largest_difference < EXACT


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("categorical", [None, [0, 1, 2]])
def test_a_classifier_is_exact(n_classes: int, categorical: list[int] | None) -> None:
    X = sales(2_000)
    estimator = HistGradientBoostingClassifier(max_iter=20, categorical_features=categorical)
    parity = proof(fitted(estimator, classes(X, n_classes), X), X, "classification")
    assert sum(parity.rows.values()) == 20_000
    assert_exact(parity)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_regressor_is_exact_for_each_loss(loss: str) -> None:
    X = sales(1_000)
    quantile = 0.9 if loss == "quantile" else None
    estimator = HistGradientBoostingRegressor(
        loss=loss, quantile=quantile, max_iter=10, categorical_features=[0, 1, 2]
    )
    assert_exact(proof(fitted(estimator, earnings(X), X), X, "regression"))


@pytest.mark.parametrize("labels", [["no", "yes"], [3, 5], [False, True], ["a", "b", "c"]])
def test_the_label_is_scikit_learns(labels: list[Any]) -> None:
    X = sales(1_000)
    y = np.array(labels)[pd.qcut(earnings(X), len(labels), labels=False)]
    pipeline = fitted(HistGradientBoostingClassifier(max_iter=5), y, X)
    session = onnxruntime.InferenceSession(compile_pipeline(pipeline, X))
    found = session.run([session.get_outputs()[0].name], columns_of(X))[0]
    np.testing.assert_array_equal(found, pipeline.predict(X))


def test_categories_may_be_any_numbers_in_any_columns() -> None:
    random = np.random.default_rng(0)
    kinds = [np.arange(255.0), np.array([-3.0, 0.5, 1.0, 1.5, 1e10]), np.array([0.0, 7.0])]

    def rows(n: int) -> pd.DataFrame:
        values = {"x": random.normal(size=n), "many": random.choice(kinds[0], n)}
        values |= {"y": random.normal(size=n), "odd": random.choice(kinds[1], n)}
        frame = pd.DataFrame(values | {"two": random.choice(kinds[2], n)})
        return frame.mask(random.random(frame.shape) < 0.1)

    X = rows(4_000)
    y = X["many"].fillna(9) % 5 + X["odd"].fillna(2) % 3 * X["two"].fillna(1) + X["x"].fillna(0)
    estimator = HistGradientBoostingRegressor(max_iter=30, categorical_features=[1, 3, 4])
    parts = ColumnTransformer([("numbers", "passthrough", list(X))])
    pipeline = Pipeline([("preprocessor", parts), ("estimator", estimator)]).fit(X, y)
    strange = rows(20_000)
    for name in ("many", "odd", "two"):
        new = random.choice([-1.0, 0.5, 0.75, 6.999, 30.5, 255.0, 256.0, 1e300, -np.inf], 20_000)
        strange[name] = strange[name].where(random.random(20_000) < 0.7, new)
    engine = OnnxEngine(compile_pipeline(pipeline, X))
    assert_exact(prove(pipeline, engine, {"known": rows(5_000), "new": strange}, "regression"))


def test_trees_of_a_single_leaf_are_counted() -> None:
    X = sales(300)
    estimator = HistGradientBoostingRegressor(max_iter=2, min_samples_leaf=200)
    pipeline = fitted(estimator, earnings(X), X)
    assert {len(trees[0].nodes) for trees in pipeline[-1]._predictors} == {1}
    engine = OnnxEngine(compile_pipeline(pipeline, X))
    assert_exact(prove(pipeline, engine, {"rows": X}, "regression"))


def test_a_loss_with_another_link_is_not_compiled_and_named() -> None:
    X = sales(300)
    estimator = HistGradientBoostingRegressor(loss=HalfBinomialLoss(), max_iter=2)
    pipeline = fitted(estimator, earnings(X) > 1, X)
    with pytest.raises(NotCompilable, match=r"HistGradientBoostingRegressor.*LogitLink"):
        compile_pipeline(pipeline, X)


FEATURES = Features.model_validate(
    {
        "target": "sold",
        "task": "classification",
        "features": [
            *({"name": name, "type": "category", "optional": True} for name in LABELS),
            *({"name": name, "type": "number", "optional": True} for name in NUMBERS),
        ],
        "flags": {"class 0": "few", "class 1": "some", "class 2": "many"},
    }
)


class Codes(BasePreprocessor):
    """Gives the labels as codes, for an estimator that knows categories."""

    def build_transformer(self, features: list[Feature]) -> Any:
        parts = [("labels", encoding(unknown_value=np.nan), list(LABELS))]
        return ColumnTransformer([*parts, ("numbers", "passthrough", NUMBERS)])


def boosting(X: Any, y: Any) -> HistGradientBoostingClassifier:
    estimator = HistGradientBoostingClassifier(max_iter=20, categorical_features=[0, 1, 2])
    return estimator.fit(X, y)


def test_training_compiles_and_proves_it(tmp_path: Path) -> None:
    frame = sales(2_000)
    frame["sold"] = classes(frame, 3)
    use_case = case(boosting, frame, FEATURES, Codes)
    metadata = train(use_case, settings_in(tmp_path), Console(quiet=True))
    assert metadata.engine == "onnx", metadata.parity.obstacle
    assert sum(metadata.parity.rows.values()) >= 20_000
    assert_exact(metadata.parity)
