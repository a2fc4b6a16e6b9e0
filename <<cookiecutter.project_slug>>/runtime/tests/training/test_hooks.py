"""A hook that returns something else is named at once, with its file and line."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler, TargetEncoder

from model_runtime import BaseDataLoader
from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.preprocessing import BasePreprocessor
from model_runtime.training.fit import fit
from model_runtime.training.rows import Rows
from model_runtime.training.use_case import UseCase

from ..support.small_cases import FEATURES, Preprocessor, boosted, case, customers, logistic


def fitted(preprocessor: type[BasePreprocessor] = Preprocessor, model: Any = logistic) -> Any:
    """Return a pipeline of these hooks."""
    use_case = case(model, preprocessor=preprocessor)
    return fit(use_case, use_case.rows(use_case.load()), 0)


def transforming(change: Callable[[Any], Any]) -> type[BasePreprocessor]:
    class Changed(Preprocessor):
        def transform(self, X: pd.DataFrame) -> Any:
            return change(super().transform(X))

    return Changed


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda X: X[:-1], r"an array of shape \(599, \d+\)"),
        (lambda X: None, "NoneType"),
        (lambda X: X.tolist(), "list"),
        (lambda X: X[:, 0], r"an array of shape \(600,\)"),
        (lambda X: X if len(X) > 1 else np.vstack([X, X]), r"an array of shape \(2, \d+\)"),
        (
            lambda X: X - X.mean(axis=0),
            "other values or columns for row 0 alone than among 50 rows",
        ),
        (
            lambda X: X[:, : min(len(X), 3)],
            "other values or columns for row 0 alone than among 50 rows",
        ),
    ],
)
def test_a_transform_that_loses_rows_is_named(change: Callable[[Any], Any], found: str) -> None:
    place = r"Preprocessor\.transform \(.*test_hooks\.py:\d+\) returned"
    with pytest.raises(ProjectError, match=rf"{place} {found}; it returns "):
        fitted(transforming(change))


@pytest.mark.parametrize(
    ("model", "found"),
    [
        (lambda X, y: None, "None; it returns an estimator fitted on X and y"),
        (lambda X, y: LogisticRegression, "the class LogisticRegression; it returns"),
        (
            lambda X, y: LogisticRegression().fit(X[:, :2], y),
            "a LogisticRegression fitted on 2 of 7 colum",
        ),
        (lambda X, y: LogisticRegression(), r"a LogisticRegression that is not fitted; it returns"),
        (lambda X, y: StandardScaler().fit(X), "a StandardScaler; it returns"),
    ],
)
def test_a_train_model_without_a_model_is_named(model: Any, found: str) -> None:
    with pytest.raises(
        ProjectError, match=rf"train_model \(.*test_hooks\.py:\d+\) returned {found}"
    ):
        fitted(model=model)


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (lambda X, y: None, "None"),
        (lambda X, y: X, "a DataFrame of shape"),
        (lambda X, y: (y, X), "a Series of shape .* as X"),
        (lambda X, y: (X[:-1], y), r"a DataFrame of shape \(599, 4\) as X"),
        (lambda X, y: (X, y[:-1]), r"a Series of shape \(599,\) as y"),
        (lambda X, y: (X.drop(columns="age"), y), "an X with the columns"),
        (lambda X, y: (X, y.where(y == "yes")), r"a y without a value in \d+ rows"),
        (lambda X, y: (X, pd.DataFrame({"a": y, "b": y})), "a y of 2 dimensions"),
        (lambda X, y: (X.sample(frac=1, random_state=0), y), "an X whose rows are in another or"),
        (lambda X, y: (X, y.sample(frac=1, random_state=0)), "a y whose rows are in another order"),
    ],
)
def test_a_split_of_features_and_target_that_is_none_is_named(parts: Any, found: str) -> None:
    class Changed(Preprocessor):
        def split_X_y(self, frame: pd.DataFrame, features: Features) -> Any:
            return parts(*super().split_X_y(frame, features))

    with pytest.raises(ProjectError, match=rf"Preprocessor\.split_X_y \(.*\) returned {found}"):
        fitted(Changed)


@pytest.mark.parametrize(
    ("encode", "found"),
    [
        (lambda y: None, "None as y"),
        (lambda y: y[:-1], r"a Series of shape \(599,\) as y"),
        (lambda y: (y == "yes") + 0.5, r"a y that has the value [01]\.5, which is no class"),
        (lambda y: y.where(y == "yes", 1), "a y that mixes"),
        (lambda y: y.map(lambda each: [each]), r"a y that has the value \['\w+'\], which is no cl"),
    ],
)
def test_an_encoded_target_that_is_none_is_named_by_its_own_hook(encode: Any, found: str) -> None:
    class Encoding(Preprocessor):
        def encode_target(self, target: "pd.Series[Any]") -> Any:
            return encode(target)

    place = r"Preprocessor\.encode_target \(.*test_hooks\.py:\d+\) returned"
    with pytest.raises(ProjectError, match=rf"{place} {found}"):
        fitted(Encoding)


@pytest.mark.parametrize(
    ("transformer", "found"),
    [(None, "None"), ("passthrough", "'passthrough'"), (StandardScaler, "the class StandardScal")],
)
def test_a_build_transformer_without_a_transformer_is_named(transformer: Any, found: str) -> None:
    class Building(BasePreprocessor):
        def build_transformer(self, features: Any) -> Any:
            return transformer

    place = r"Preprocessor\.build_transformer \(.*test_hooks\.py:\d+\) returned"
    with pytest.raises(ProjectError, match=rf"{place} {found}"):
        fitted(Building)


@pytest.mark.parametrize("found", [None, [1], {}, "customers.csv"])
def test_a_load_data_without_a_data_frame_is_named(found: Any) -> None:
    class Loader(BaseDataLoader):
        def load_data(self, n_rows: int | None = None) -> Any:
            return found

    use_case = UseCase(FEATURES, Loader, Preprocessor, logistic, lambda model: [])
    place = r"DataLoader\.load_data \(.*test_hooks\.py:\d+\) returned .*; it returns a DataFrame"
    with pytest.raises(ProjectError, match=place):
        use_case.load()


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (None, "None"),
        (["no"], "1 name for 2 classes"),
        (["no", "no"], "in which a name is there twice"),
        ([0, 1], r"\[0, 1\]"),
        (np.array(["no", "yes"]), "array"),
    ],
)
def test_a_get_classes_without_names_is_named(names: Any, found: str) -> None:
    use_case = UseCase(FEATURES, case().data_loader, Preprocessor, logistic, lambda model: names)
    frame = use_case.load()
    rows = use_case.rows(frame)
    model = fit(use_case, rows, 0)[-1]
    with pytest.raises(ProjectError, match=rf"get_classes \(.*\) returned .*{found}"):
        use_case.classes(model, use_case.names(frame, rows.y))


def test_what_is_fitted_is_what_a_pipeline_of_scikit_learn_fits() -> None:
    random = np.random.default_rng(0)
    X = pd.DataFrame(
        {"code": random.choice(list("abcdefgh"), 400).astype(object), "x": random.random(400)}
    )
    y = pd.Series(random.choice(["no", "yes"], 400))
    encoder = TargetEncoder(random_state=0)
    columns = [("code", encoder, ["code"]), ("x", StandardScaler(), ["x"])]

    class Encoding(BasePreprocessor):
        def build_transformer(self, features: Any) -> Any:
            return ColumnTransformer(columns)

    class Nested(BasePreprocessor):
        def build_transformer(self, features: Any) -> Any:
            return make_pipeline(ColumnTransformer(columns), StandardScaler())

    class FittedByHand(Encoding):
        def fit(self, X: Any, y: Any = None) -> "FittedByHand":
            self.transformer_ = self.build_transformer([]).fit(X, y)
            return self

    for kind in (Encoding, Nested, FittedByHand):
        made = fit(case(preprocessor=kind), Rows(X, y), 0)
        theirs = make_pipeline(kind().build_transformer([]), logistic_of_defaults()).fit(X, y)
        np.testing.assert_array_equal(made.predict_proba(X), theirs.predict_proba(X))


def logistic_of_defaults() -> LogisticRegression:
    return LogisticRegression(max_iter=1_000)


def test_a_free_transform_learns_from_what_it_gives_later() -> None:
    class Counting(Preprocessor):
        def transform(self, X: pd.DataFrame) -> Any:
            return np.hstack([super().transform(X), [[len(label)] for label in X["Größe"]]])

    frame = customers()
    pipeline = fitted(Counting, boosted)
    assert pipeline[0].transform(case().rows(frame).X).shape[1] == pipeline[-1].n_features_in_


def test_an_encoder_by_the_target_is_stored_as_scikit_learn_s_own() -> None:
    class Encoding(BasePreprocessor):
        def build_transformer(self, features: Any) -> Any:
            return ColumnTransformer([("all", OneHotEncoder(), ["Größe"])])

    assert isinstance(fitted(Encoding)[0], ColumnTransformer)
