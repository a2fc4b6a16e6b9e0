"""The compiled model refuses the rows that scikit-learn refuses, and no others."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin, is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    AdaBoostRegressor,
    BaggingClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)
from sklearn.semi_supervised import LabelSpreading
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier

from model_runtime.bundle.engines import OnnxEngine, SklearnEngine, Unanswerable
from model_runtime.compiler.compile import NotCompilable, compile_pipeline
from model_runtime.compiler.prove import columns_of

from ..support.both_engines import largest_difference, pipeline_of

CLOSE = 1e-6

# The last two of 38 digits stand to both sides of what single precision can hold.
BEYOND = [0.0, 1.0, np.nan, 1e39, -1e39, 3.4028234e38, 3.4028236e38, 1e308, -1.7e308, 1e-320]

LOGISTIC, FOREST = LogisticRegression(), RandomForestClassifier(5, random_state=0)
ESTIMATORS: list[Any] = [
    DecisionTreeClassifier(random_state=0),
    DecisionTreeRegressor(random_state=0),
    ExtraTreeClassifier(random_state=0),
    FOREST,
    RandomForestRegressor(5, random_state=0),
    ExtraTreesRegressor(5, random_state=0),
    GradientBoostingClassifier(n_estimators=3),
    GradientBoostingRegressor(n_estimators=3),
    HistGradientBoostingClassifier(max_iter=3),
    HistGradientBoostingRegressor(max_iter=3),
    LOGISTIC,
    LinearRegression(),
    PoissonRegressor(),
    GaussianNB(),
    MLPClassifier((3,), max_iter=9, random_state=0),
    BaggingClassifier(n_estimators=3, random_state=0),
    AdaBoostRegressor(n_estimators=3, random_state=0),
    StackingClassifier([("a", LOGISTIC), ("b", FOREST)]),
    VotingClassifier([("a", LOGISTIC), ("b", FOREST)], voting="soft"),
    VotingRegressor([("a", LinearRegression()), ("b", RandomForestRegressor(3))]),
]
PREPROCESSORS: list[Any] = [
    StandardScaler(),
    SimpleImputer(),
    make_pipeline(SimpleImputer(), StandardScaler()),
    MinMaxScaler(clip=True),
    RobustScaler(),
    MaxAbsScaler(),
]

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")


def numbers(n: int = 200, missing: float = 0.0) -> pd.DataFrame:
    random = np.random.default_rng(0)
    X = pd.DataFrame({name: random.normal(size=n) * 10**k for k, name in enumerate("abc")})
    return X.mask(random.random(X.shape) < missing)


def beyond() -> pd.DataFrame:
    """Rows with one or two extreme or missing numbers."""
    rows = [{name: value} for name in "abc" for value in BEYOND]
    rows += [{"a": value, "b": -value} for value in BEYOND]
    return pd.DataFrame([{"a": 1.0, "b": 1.0, "c": 1.0} | row for row in rows])


def target(X: pd.DataFrame, estimator: Any) -> Any:
    values = X.fillna(0).sum(axis=1).to_numpy()
    return np.where(values > 0, "up", "down") if is_classifier(estimator) else values**2


def fitted(preprocessor: Any, estimator: Any, missing: float = 0.0) -> Any:
    X = numbers(missing=missing)
    return pipeline_of(preprocessor, estimator).fit(X, target(X, estimator)), X


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda each: type(each).__name__)
def test_an_estimator_refuses_what_it_refuses_in_scikit_learn(estimator: Any) -> None:
    pipeline, X = fitted(ColumnTransformer([("all", "passthrough", list("abc"))]), estimator)
    assert largest_difference(pipeline, X, beyond()) < CLOSE


@pytest.mark.parametrize("estimator", [FOREST, LOGISTIC, HistGradientBoostingClassifier()], ids=str)
@pytest.mark.parametrize("preprocessor", PREPROCESSORS, ids=str)
@pytest.mark.parametrize("joined", [True, False])
def test_a_step_before_it_refuses_too(preprocessor: Any, estimator: Any, joined: bool) -> None:
    parts = ColumnTransformer([("all", preprocessor, list("abc"))]) if joined else preprocessor
    pipeline, X = fitted(parts, estimator)
    assert largest_difference(pipeline, X, beyond()) < CLOSE


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("estimator", [*ESTIMATORS[:6], BaggingClassifier(random_state=0)], ids=str)
def test_trees_send_missing_numbers_as_scikit_learn_does(estimator: Any, missing: float) -> None:
    passed = ColumnTransformer([("all", "passthrough", list("abc"))])
    pipeline, X = fitted(passed, estimator, missing)
    rows = numbers(500).mask(np.random.default_rng(1).random((500, 3)) < 0.3)
    assert largest_difference(pipeline, X, rows) < CLOSE


@pytest.mark.parametrize("encoder", [OneHotEncoder(), OrdinalEncoder()], ids=str)
@pytest.mark.parametrize("estimator", [FOREST, HistGradientBoostingClassifier()], ids=str)
def test_an_unseen_label_that_scikit_learn_refuses_is_refused(encoder: Any, estimator: Any) -> None:
    X = pd.DataFrame({"label": ["a", "b", "c", "é"] * 50}, dtype=object)
    parts = ColumnTransformer([("label", encoder, ["label"])], sparse_threshold=0)
    pipeline = pipeline_of(parts, estimator).fit(X, X["label"].str.len() * (X["label"] > "b"))
    rows = pd.DataFrame({"label": ["a", "e\u0301", "", "c", "é"]}, dtype=object)
    assert largest_difference(pipeline, X, rows) < CLOSE


def test_one_bad_row_refuses_the_request_in_both_engines() -> None:
    pipeline, X = fitted(StandardScaler(), FOREST)
    rows = pd.concat([X, pd.DataFrame({"a": [1e39], "b": [0.0], "c": [0.0]})])
    for engine in (
        OnnxEngine(compile_pipeline(pipeline, X)),
        SklearnEngine(pipeline, "classification"),
    ):
        with pytest.raises(Unanswerable):
            engine.run(columns_of(rows))


class Cut(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A step as a use case may have one of its own."""

    def fit(self, X: Any, y: Any = None) -> "Cut":
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Any) -> Any:
        return np.clip(X, -1, 1)


def test_a_step_that_computes_in_python_is_told_with_its_file_and_line() -> None:
    pipeline, X = fitted(ColumnTransformer([("cut", Cut(), ["a", "b"])]), FOREST)
    own = r"the preprocessor's 'cut' \(Cut\): your Cut \(.*test_refusals\.py:\d+\) computes in Pyt"
    with pytest.raises(NotCompilable, match=own):
        compile_pipeline(pipeline, X)


def test_all_that_stands_in_the_way_is_told_whole() -> None:
    steps = [
        ("ones", SimpleImputer(add_indicator=True), ["a"]),
        ("twos", SimpleImputer(missing_values=2.0), ["b"]),
        ("fine", StandardScaler(), ["c"]),
    ]
    pipeline, X = fitted(ColumnTransformer(steps), LabelSpreading())
    with pytest.raises(NotCompilable) as caught:
        compile_pipeline(pipeline, X)
    told = str(caught.value)
    assert told.count("an indicator or a missing value but NaN") == 2
    assert "'ones'" in told
    assert "'twos'" in told
    assert "'fine'" not in told
    assert "the estimator (LabelSpreading): there is no converter to ONNX for it" in told
