"""The base of a use case's Preprocessor."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from .features import Feature, Features, read_features
from .words import has_words

MISSING_LABEL = ""
"""What stands for a missing category or text; a missing number is NaN."""


class BasePreprocessor(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Prepares the features for the estimator, by features.yaml.

    As it is, it fills missing numbers with the median and scales them, and gives each label a
    column of its own (a missing label has its own, too; an unseen one has none).

    To change that, override `build_transformer`: made of scikit-learn's own parts, it stays
    compilable. To compute freely in Python, override `fit` and `transform`: the service then
    runs scikit-learn instead of the compiled model.

    A feature that features.yaml says `leaks` is left out: `build_transformer` doesn't get it.
    """

    with_leaks = False
    """Whether it is let in after all; training does so for a comparison that is not served."""

    def build_transformer(self, features: list[Feature]) -> Any:
        """Return an unfitted scikit-learn transformer of the features' data frame."""
        numbers = [feature.name for feature in features if feature.numeric]
        labels = [feature.name for feature in features if feature.type == "category"]
        texts = [feature.name for feature in features if feature.type == "text"]
        fill = SimpleImputer(strategy="median", keep_empty_features=True)
        one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        steps = [
            ("numbers", make_pipeline(fill, StandardScaler()), numbers),
            ("labels", one_hot, labels),
            *((f"text_{name}", TfidfVectorizer(), name) for name in texts),
        ]
        return ColumnTransformer(
            [step for step in steps if step[2]],
            sparse_threshold=0,
            verbose_feature_names_out=False,
        )

    def fit(self, X: pd.DataFrame, y: "pd.Series[Any] | None" = None) -> Self:
        """Learn from the training rows (n rows, one column a feature)."""
        learned = self.learned(read_features())
        learned = [each for each in learned if each.type != "text" or has_words(X[each.name])]
        self.transformer_ = self.build_transformer(learned).fit(X, y)
        return self

    def learned(self, features: Features) -> list[Feature]:
        """Return the features that the model learns from."""
        return [each for each in features.features if self.with_leaks or not each.leaks]

    def transform(self, X: pd.DataFrame) -> Any:
        """Return what the estimator sees: n rows, as many columns as it takes."""
        return self.transformer_.transform(X)

    def split_X_y(
        self, frame: pd.DataFrame, features: Features
    ) -> tuple[pd.DataFrame, "pd.Series[Any]"]:
        """Part the columns that the model sees from the target."""
        X = feature_frame(frame, features.features)
        return X, self.encode_target(frame[features.target])

    def encode_target(self, target: "pd.Series[Any]") -> "pd.Series[Any]":
        """Return the target as `train_model` gets it; as it is, unless overridden.

        `get_classes` is the way back, from what the estimator learned to the classes' names.
        """
        return target


def feature_frame(frame: pd.DataFrame, features: list[Feature]) -> pd.DataFrame:
    """Return the features in their order and in the two types that training and serving share.

    Numbers, integers and booleans are float64 with NaN where missing; labels and texts are
    strings, `MISSING_LABEL` where missing.
    """
    return pd.DataFrame(
        {
            feature.name: (
                frame[feature.name].astype("float64")
                if feature.numeric
                else label_column(frame[feature.name])
            )
            for feature in features
        },
        index=frame.index,
    )


def label_column(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Write each value as a label: 3.0 as '3', a missing value as `MISSING_LABEL`."""
    return pd.Series([_label(value) for value in column], index=column.index, dtype=object)


def _label(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return MISSING_LABEL
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)
