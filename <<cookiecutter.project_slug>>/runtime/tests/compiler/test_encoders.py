"""Labels and numbers are encoded as scikit-learn does, to the last byte."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

from model_runtime.bundle.engines import OnnxEngine, SklearnEngine
from model_runtime.compiler.compile import compile_pipeline
from model_runtime.compiler.lookups import Column
from model_runtime.compiler.nodes import Nodes, NotConvertible
from model_runtime.compiler.prove import columns_of

from ..support.both_engines import EXACT, largest_difference, pipeline_of

# Composed and decomposed accents, a NUL, upper case, width, white space, and a very long one.
LABELS = [
    "",
    "é",
    "e\u0301",
    "E",
    "a",
    "a\0",
    "a\0b",
    " a",
    "日本",
    "İ",
    "ss",
    "ß",
    "\uff21",
    "x" * 9_999,
]
NEAR = np.array([0.1, np.nextafter(0.1, 1), 3.0, 3.5, -0.0, 1e10, 1e300, np.nan])

any_label = st.one_of(
    st.sampled_from(LABELS), st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
)


def unknown_as(value: Any, **options: Any) -> OrdinalEncoder:
    return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=value, **options)


ENCODERS: list[Any] = [
    OneHotEncoder(),
    OneHotEncoder(handle_unknown="ignore", sparse_output=False),
    OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=30),
    OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=3, dtype=np.int64),
    OneHotEncoder(handle_unknown="ignore", min_frequency=30, drop="first"),
    OneHotEncoder(drop="if_binary"),
    OrdinalEncoder(encoded_missing_value=-5),
    OrdinalEncoder(encoded_missing_value=-5, dtype=np.int64),
    unknown_as(-1, encoded_missing_value=-2),
    unknown_as(999, encoded_missing_value=-2, dtype=np.int64),
    unknown_as(500, encoded_missing_value=-2, min_frequency=30),
    unknown_as(-1, encoded_missing_value=-2, max_categories=4),
    TargetEncoder(),
    TargetEncoder(smooth=0.5),
    TargetEncoder(target_type="continuous"),
]


def frame(n: int, seed: int = 0, new: float = 0.0) -> pd.DataFrame:
    """Two columns of labels and two of numbers; a share of all values is new."""
    random = np.random.default_rng(seed)
    columns: dict[str, Any] = {}
    for name in ("first", "second"):
        drawn = random.choice(np.array(LABELS, object), n)
        columns[name] = np.where(random.random(n) < new, drawn + "\u0301", drawn)
    for name in ("third", "fourth"):
        drawn = random.choice(NEAR, n, p=np.arange(1, 9) / 36)
        columns[name] = np.where(random.random(n) < new, np.nextafter(drawn, 0), drawn)
    return pd.DataFrame(columns).astype({"first": object, "second": object})


def target(X: pd.DataFrame, classes: int = 2) -> Any:
    ranks = X["first"].str.len() % 5 + X["third"].fillna(7).clip(upper=9) + np.arange(len(X)) % 3
    return pd.qcut(ranks, classes, labels=False).to_numpy()


@pytest.mark.parametrize("encoder", ENCODERS, ids=str)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_labels_and_numbers_are_encoded_exactly(encoder: Any) -> None:
    X = frame(600)
    encoded = ColumnTransformer([("all", encoder, list(X))], sparse_threshold=0)
    parts = make_pipeline(encoded, StandardScaler())
    pipeline = pipeline_of(parts, LinearRegression()).fit(X, target(X))
    rows = pd.concat([X, frame(90, seed=1, new=0.2)])
    assert largest_difference(pipeline, X, rows) < EXACT


@pytest.mark.parametrize("classes", [2, 4])
def test_a_target_of_several_classes_is_encoded_class_by_class(classes: int) -> None:
    X = frame(600)
    parts = ColumnTransformer([("all", TargetEncoder(), list(X))])
    names = np.array(["a", "b", "c", "d"])[target(X, classes)]
    pipeline = pipeline_of(parts, LogisticRegression(max_iter=500)).fit(X, names)
    rows = pd.concat([X, frame(300, seed=1, new=0.2)])
    assert largest_difference(pipeline, X, rows) < EXACT


@given(asked=st.lists(any_label, min_size=1, max_size=9))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_label_is_taken_for_another(asked: list[str]) -> None:
    compiled, by_scikit_learn = engines()
    rows = pd.DataFrame({"label": asked}, dtype=object)
    np.testing.assert_array_equal(
        compiled.run(columns_of(rows)), by_scikit_learn.run(columns_of(rows))
    )


def engines() -> Any:
    """Return both engines of a model that says which label it got."""
    if not _ENGINES:
        X = pd.DataFrame({"label": LABELS}, dtype=object)
        parts = ColumnTransformer([("codes", unknown_as(-1), ["label"])])
        pipeline = pipeline_of(parts, LinearRegression()).fit(X, np.arange(len(X)))
        pipeline[-1].coef_, pipeline[-1].intercept_ = np.array([1.0]), np.float64(0)
        _ENGINES.append(OnnxEngine(compile_pipeline(pipeline, X)))
        _ENGINES.append(SklearnEngine(pipeline, "regression"))
    return _ENGINES


_ENGINES: list[Any] = []


def test_categories_of_another_kind_than_the_column_are_named() -> None:
    for text, categories in [(True, np.array([1.0, 2.0])), (False, np.array(["a"], object))]:
        with pytest.raises(NotConvertible, match="neither all labels nor all numbers"):
            Column("column", text).lookup(Nodes(None, None), categories, np.zeros(2), 0.0)
