"""Faults of train_model and get_classes, and what does not compile."""

import itertools
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.semi_supervised import LabelSpreading

from model_runtime.features import Feature

from ...support.small_cases import (
    FreePreprocessor,
    Preprocessor,
    case,
    logistic,
)
from .broken import (
    HERE,
    Broken,
    building,
    modelling,
    naming,
)

_seeds = itertools.count()


def _fails(X: Any, y: Any) -> Any:
    return LogisticRegression(penalty="l3").fit(X, y)


def _unseeded(X: Any, y: Any) -> Any:
    seed = next(_seeds)
    return RandomForestClassifier(3, random_state=seed).fit(X, y)


def _changes_y(X: Any, y: Any) -> Any:
    fitted = logistic(X, y)
    y.iloc[0] = "no" if y.iloc[0] == "yes" else "yes"
    return fitted


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
        rf"get_classes {HERE} returned 1 name for 2 classes",
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
)
