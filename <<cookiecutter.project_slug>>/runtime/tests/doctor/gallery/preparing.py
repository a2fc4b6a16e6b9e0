"""Faults of the Preprocessor."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer

from model_runtime.features import Feature, Features
from model_runtime.training.use_case import UseCase

from ...support.small_cases import (
    FEATURES,
    Preprocessor,
    case,
)
from .broken import HERE, Broken, preparing


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


def _new_label() -> UseCase:
    fields = FEATURES.model_dump()
    fields["features"][3]["labels"] = ["S", "M", "L", "XL"]

    class Own(Preprocessor):
        def features(self) -> Features:
            return Features.model_validate(fields)

        def transform(self, X: pd.DataFrame) -> Any:
            return _by_label(super().transform(X), X)

    return case(features=Features.model_validate(fields), preprocessor=Own)


GALLERY = (
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
)
