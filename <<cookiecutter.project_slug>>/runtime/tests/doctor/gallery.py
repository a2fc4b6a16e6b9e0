"""Broken use cases, each with the sentence that finds it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.semi_supervised import LabelSpreading

from model_runtime.features import Feature, Features
from model_runtime.training.use_case import UseCase

from ..support.small_cases import (
    FEATURES,
    FreePreprocessor,
    Loader,
    Preprocessor,
    case,
    customers,
    logistic,
)

HERE = r"\(.*gallery\.py:\d+\)"


@dataclass(frozen=True)
class Broken:
    """A use case with a fault, and the sentence about it (a regular expression)."""

    name: str
    use_case: Callable[[], UseCase]
    sentence: str
    kind: str = "wrong"


def loading(load: Callable[..., Any]) -> Callable[[], UseCase]:
    """Return a use case whose load_data is a function's."""

    class Own(Loader):
        load_data = staticmethod(load)

    return lambda: UseCase(
        FEATURES, lambda: Own(customers()), Preprocessor, logistic, case().get_classes
    )


def data(change: Callable[[pd.DataFrame], Any]) -> Callable[[], UseCase]:
    """Return a use case whose data frame is changed; n_rows is honoured."""
    return lambda: case(frame=change(customers()))


def preparing(change: Callable[[Any, pd.DataFrame], Any]) -> Callable[[], UseCase]:
    """Return a use case whose `transform` is changed: it gets the prepared rows and X."""

    class Changed(Preprocessor):
        def transform(self, X: pd.DataFrame) -> Any:
            return change(super().transform(X), X)

    return lambda: case(preprocessor=Changed)


def building(step: Any) -> Callable[[], UseCase]:
    """Return a use case whose numbers go through a step."""

    class Built(Preprocessor):
        def build_transformer(self, features: list[Feature]) -> Any:
            numbers = [each.name for each in features if each.numeric]
            return ColumnTransformer([("numbers", step, numbers)], sparse_threshold=0)

    return lambda: case(preprocessor=Built)


def modelling(train_model: Callable[[Any, Any], Any]) -> Callable[[], UseCase]:
    """Return a use case with another train_model."""
    return lambda: case(train_model)


def naming(get_classes: Callable[[Any], Any]) -> Callable[[], UseCase]:
    """Return a use case with another get_classes."""

    def made() -> UseCase:
        usual = case()
        return UseCase(
            FEATURES, usual.data_loader, usual.preprocessor, usual.train_model, get_classes
        )

    return made


def targets(change: Callable[["pd.Series[Any]"], Any]) -> Callable[[], UseCase]:
    """Return a use case whose target is encoded so."""

    class Encoding(Preprocessor):
        def encode_target(self, target: "pd.Series[Any]") -> Any:
            return change(target)

    return lambda: case(preprocessor=Encoding)


def featured(features: Features, frame: pd.DataFrame) -> UseCase:
    """Return a use case of other features."""

    class Own(Preprocessor):
        def features(self) -> Features:
            return features

    return case(frame=frame, features=features, preprocessor=Own)


def changing(**fields: Any) -> Features:
    """Return the features with other fields."""
    return Features.model_validate(FEATURES.model_dump() | fields)


def _ignoring(n_rows: int | None = None) -> pd.DataFrame:
    return pd.concat([customers()] * 3)


def _without_argument() -> pd.DataFrame:
    return customers()


_seeds = itertools.count()


def _shuffled(n_rows: int | None = None) -> pd.DataFrame:
    return customers().sample(frac=1, random_state=next(_seeds)).head(n_rows or 600)


def _unreadable(n_rows: int | None = None) -> pd.DataFrame:
    return pd.read_csv("data/nowhere.csv", nrows=n_rows)


def _in_place(prepared: Any, X: pd.DataFrame) -> Any:
    X["age"] = 0.0
    return prepared


_noise = np.random.default_rng(0)


def _by_number(prepared: Any, X: pd.DataFrame) -> Any:
    if X["income per.year"].isna().any() and len(X) == 1:
        raise KeyError("income")
    return prepared


def _by_label(prepared: Any, X: pd.DataFrame) -> Any:
    codes = {"": 0, "S": 1, "M": 2, "L": 3}
    return np.hstack([prepared, [[codes[label]] for label in X["Größe"]]])


class _Careless(Preprocessor):
    """Fills in the data frame that it is given."""

    def fit_transform(self, X: pd.DataFrame, y: Any = None, **_: Any) -> Any:
        X["age"] = X["age"].fillna(0) + 1
        return super().fit_transform(X, y)


class _Class(Preprocessor):
    def build_transformer(self, features: list[Feature]) -> Any:
        return ColumnTransformer


def _fails(X: Any, y: Any) -> Any:
    return LogisticRegression(penalty="l3").fit(X, y)


def _unseeded(X: Any, y: Any) -> Any:
    seed = next(_seeds)
    return RandomForestClassifier(3, random_state=seed).fit(X, y)


def _changes_y(X: Any, y: Any) -> Any:
    fitted = logistic(X, y)
    y.iloc[0] = "no" if y.iloc[0] == "yes" else "yes"
    return fitted


def _with_answer() -> UseCase:
    frame = customers()
    frame["refunded"] = np.where(frame["bought"] == "yes", 1, 0)
    features = changing(
        features=[*FEATURES.model_dump()["features"], {"name": "refunded", "type": "integer"}]
    )
    return featured(features, frame)


def _ordered() -> UseCase:
    frame = customers().sort_values("bought", kind="stable")
    frame["customer"] = range(len(frame))
    return case(frame=frame.sample(frac=1, random_state=0))


def _new_label() -> UseCase:
    fields = FEATURES.model_dump()
    fields["features"][3]["labels"] = ["S", "M", "L", "XL"]

    class Own(Preprocessor):
        def features(self) -> Features:
            return Features.model_validate(fields)

        def transform(self, X: pd.DataFrame) -> Any:
            return _by_label(super().transform(X), X)

    return case(features=Features.model_validate(fields), preprocessor=Own)


def _keeps_missing(features: list[Feature]) -> Any:
    names = [each.name for each in features if each.numeric]
    return ColumnTransformer([("numbers", "passthrough", names)], sparse_threshold=0)


class _Unfilled(Preprocessor):
    def build_transformer(self, features: list[Feature]) -> Any:
        return _keeps_missing(features)


def _only_whole(X: Any, y: Any) -> Any:
    whole = ~np.isnan(X).any(axis=1)
    return LogisticRegression(max_iter=1_000).fit(X[whole], y[whole])


GALLERY = (
    Broken(
        "a column of features.yaml is not loaded",
        data(lambda frame: frame.drop(columns="age")),
        "Column 'age' is in features.yaml but not in the data",
    ),
    Broken(
        "a column is loaded that features.yaml does not know",
        data(lambda frame: frame.assign(colour="red")),
        "Column 'colour' is in the data but not in features.yaml",
    ),
    Broken(
        "two columns have one name",
        data(lambda frame: pd.concat([frame, frame[["age"]]], axis=1)),
        "Column 'age' is in the data 2 times; keep one",
    ),
    Broken(
        "nothing is returned",
        loading(lambda n_rows=None: None),
        rf"DataLoader.load_data {HERE} returned None; it returns a DataFrame",
    ),
    Broken("the data are empty", data(lambda frame: frame.head(0)), "The data has no rows"),
    Broken(
        "n_rows is ignored",
        loading(_ignoring),
        rf"DataLoader.load_data {HERE} returned 1,800 rows for n_rows=1,000",
    ),
    Broken(
        "n_rows is not taken",
        loading(_without_argument),
        rf"DataLoader.load_data {HERE} takes no n_rows",
        "look",
    ),
    Broken(
        "rows come in another order each time",
        loading(_shuffled),
        rf"DataLoader.load_data {HERE} returned other rows the second time",
        "look",
    ),
    Broken("a file is not there", loading(_unreadable), r"FileNotFoundError: .*data/nowhere.csv"),
    Broken(
        "texts are in a column of numbers",
        data(lambda frame: frame.assign(age="unknown")),
        "Column 'age': in 600 rows the value must be a number, first 'unknown'",
    ),
    Broken(
        "numbers are out of bounds",
        data(lambda frame: frame.assign(age=frame["age"] * 10)),
        "Column 'age': in .* rows the value must be at most 120",
    ),
    Broken(
        "a value is missing that is not optional",
        data(lambda frame: frame.assign(age=frame["age"].where(frame["age"] > 30))),
        "Column 'age': .* rows are without a value; fill them",
    ),
    Broken(
        "the target is missing in some rows",
        data(lambda frame: frame.assign(bought=frame["bought"].where(frame["age"] > 30))),
        "The target 'bought': .* without a value; drop those rows",
    ),
    Broken(
        "all rows have one answer",
        data(lambda frame: frame.assign(bought="yes")),
        "The target 'bought' is 'yes' in every row",
    ),
    Broken(
        "the target is lost in its encoding",
        targets(lambda y: y.where(y == "yes")),
        r"Preprocessor.encode_target .* returned a y without a value",
    ),
    Broken(
        "the target becomes fractions",
        targets(lambda y: (y == "yes") + 0.5),
        r"Preprocessor.encode_target .* which is no class",
    ),
    Broken(
        "transform leaves rows out",
        preparing(lambda prepared, X: prepared[:-1]),
        rf"Preprocessor.transform {HERE} returned an array of shape",
    ),
    Broken(
        "transform scales by the rows that it is given",
        preparing(lambda prepared, X: prepared - prepared.mean(axis=0)),
        rf"Preprocessor.transform {HERE} returned other values or columns for row 0 alone",
    ),
    Broken(
        "transform changes its input",
        preparing(_in_place),
        rf"Preprocessor.transform {HERE} returned with X changed|fit_transform .* with X changed",
    ),
    Broken(
        "fit_transform changes its input",
        lambda: case(preprocessor=_Careless),
        rf"Preprocessor.fit_transform {HERE} returned with X changed",
    ),
    Broken(
        "transform adds noise",
        preparing(lambda prepared, X: prepared + _noise.normal(0, 1, prepared.shape)),
        rf"Preprocessor.transform {HERE} returned other values",
    ),
    Broken(
        "transform sorts the rows",
        preparing(lambda prepared, X: prepared[np.argsort(X["age"].to_numpy(), kind="stable")]),
        rf"Preprocessor.transform {HERE} returned (other values|the rows in another order)",
    ),
    Broken(
        "transform fails where a value is missing",
        preparing(_by_number),
        r"transform .* fails where 'income per.year' is missing|returned .*KeyError|KeyError",
    ),
    Broken(
        "transform fails for a label that no row has",
        _new_label,
        rf"Preprocessor.transform {HERE} fails for 'Größe': 'XL'.* KeyError: 'XL'",
    ),
    Broken(
        "build_transformer returns a class",
        lambda: case(preprocessor=_Class),
        rf"Preprocessor.build_transformer {HERE} returned the class ColumnTransformer",
    ),
    Broken(
        "train_model returns nothing",
        modelling(lambda X, y: None),
        rf"train_model {HERE} returned None; it returns an estimator",
    ),
    Broken(
        "train_model does not fit",
        modelling(lambda X, y: LogisticRegression()),
        rf"train_model {HERE} returned a LogisticRegression that is not fitted",
    ),
    Broken(
        "train_model fails", modelling(_fails), r"failed in .*: InvalidParameterError: .*penalty"
    ),
    Broken(
        "the estimator has no probabilities",
        modelling(lambda X, y: Perceptron().fit(X, y)),
        rf"train_model {HERE} returned a Perceptron, which has no predict_proba",
    ),
    Broken(
        "the estimator is not seeded",
        modelling(_unseeded),
        rf"train_model {HERE} made another model of the same rows; give its estimator a random_st",
        "look",
    ),
    Broken("y is changed", modelling(_changes_y), rf"train_model {HERE} changed y"),
    Broken(
        "a class has no name",
        naming(lambda model: ["yes"]),
        rf"get_classes {HERE} returned 1 names for 2 classes",
    ),
    Broken(
        "the classes' names are swapped",
        naming(lambda model: ["yes", "no"]),
        r"get_classes",
    ),
    Broken(
        "the model knows no missing value",
        lambda: case(_only_whole, preprocessor=_Unfilled),
        rf"The model of train_model {HERE} has no answer where 'income per.year' is missing",
    ),
    Broken(
        "transform computes in Python",
        lambda: case(preprocessor=FreePreprocessor),
        r"scikit-learn will serve .*: your Preprocessor.transform \(.*\) computes in Python",
        "look",
    ),
    Broken(
        "the estimator has no converter",
        modelling(lambda X, y: LabelSpreading(kernel="knn").fit(X, y)),
        r"the estimator \(LabelSpreading\): there is no converter",
        "look",
    ),
    Broken(
        "a step is a lambda, which can't be stored",
        building(make_pipeline(FunctionTransformer(lambda X: np.nan_to_num(X)))),
        "<lambda>",
    ),
    Broken(
        "a feature is the answer",
        _with_answer,
        r"'refunded' alone tells \d+\.\d% of the target",
        "look",
    ),
    Broken("the ID orders the target", _ordered, "The ID 'customer' orders the target", "look"),
)


def sorted_by_target() -> UseCase:
    """Return a use case that is well: its first thousand rows have one answer, and others more."""
    frame = pd.concat([customers()] * 4).sort_values("bought", ignore_index=True)
    return case(lambda X, y: GaussianNB().fit(X, y), frame)
