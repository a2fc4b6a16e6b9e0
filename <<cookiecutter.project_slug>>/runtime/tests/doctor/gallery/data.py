"""Faults of data and target."""

import itertools

import numpy as np
import pandas as pd
from sklearn.naive_bayes import GaussianNB

from model_runtime.training.use_case import UseCase

from ...support.small_cases import (
    FEATURES,
    case,
    customers,
)
from .broken import (
    HERE,
    Broken,
    changing,
    data,
    featured,
    loading,
    targets,
)


def _ignoring(n_rows: int | None = None) -> pd.DataFrame:
    return pd.concat([customers()] * 3)


def _without_argument() -> pd.DataFrame:
    return customers()


_seeds = itertools.count()


def _shuffled(n_rows: int | None = None) -> pd.DataFrame:
    return customers().sample(frac=1, random_state=next(_seeds)).head(n_rows or 600)


def _unreadable(n_rows: int | None = None) -> pd.DataFrame:
    return pd.read_csv("data/nowhere.csv", nrows=n_rows)


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


def without_id() -> UseCase:
    """Return a use case that is well: the ID of features.yaml is the clients', not the data's."""
    return case(frame=customers().drop(columns="customer"))


def weighted() -> UseCase:
    """Return a use case that is well: of rows that stand for several or for none."""
    frame = customers()
    frame["times"] = np.arange(len(frame)) % 3

    return featured(
        changing(weight="times"), frame, lambda X, y, weight: GaussianNB().fit(X, y, weight)
    )


def sorted_by_target() -> UseCase:
    """Return a use case that is well: its first thousand rows have one answer, and others more."""
    frame = pd.concat([customers()] * 4).sort_values("bought", ignore_index=True)
    return case(lambda X, y: GaussianNB().fit(X, y), frame)


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
        "a quantity is asked as classes",
        targets(lambda y: pd.Series(range(len(y)), index=y.index)),
        r"in one row only.* write `task: regression` in features.yaml, and `make train`",
    ),
    Broken(
        "the target becomes fractions",
        targets(lambda y: (y == "yes") + 0.5),
        r"Preprocessor.encode_target .* which is no class",
    ),
    Broken(
        "a feature is the answer",
        _with_answer,
        r"'refunded' alone tells \d+\.\d% of the target",
        "look",
    ),
    Broken("the ID orders the target", _ordered, "The ID 'customer' orders the target", "look"),
)
