"""The base of a use case's Preprocessor."""

from typing import Any, Self

import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .encoding import Encodings, choose_encodings
from .features import Feature, Features, read_features
from .features.columns import read_column
from .memory import check_memory
from .place import returned
from .words import has_words

MISSING_LABEL = ""
"""The value of a missing category or text; a missing number is NaN."""


class BasePreprocessor(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Prepares the features for the estimator, by features.yaml.

    As it is, it fills missing numbers with the median and scales them, and gives each label a
    column of its own (a missing label has its own, too; an unseen one has none). A category with
    more than `one_hot_labels` labels, or more than there is room for, becomes the mean of the
    target among each label's rows instead: see `encoding.py`.

    To change that, override `build_transformer`: made of scikit-learn's own parts, it stays
    compilable. To compute freely in Python, override `fit` and `transform`: the service then
    runs scikit-learn instead of the compiled model.

    A feature that features.yaml says `leaks` is left out: `build_transformer` doesn't get it.
    """

    with_leaks = False
    """True to let it in after all, as training does for a comparison that is not served."""

    one_hot_labels = 60
    """The largest number of labels of a category that have a column each."""

    _encodings = Encodings()

    def features(self) -> Features:
        """Return what features.yaml says."""
        return read_features()

    def build_transformer(self, features: list[Feature]) -> Any:
        """Return an unfitted scikit-learn transformer of the features' data frame."""
        numbers = [feature.name for feature in features if feature.numeric]
        fill = SimpleImputer(strategy="median", keep_empty_features=True)
        steps = [("numbers", make_pipeline(fill, StandardScaler()), numbers)] if numbers else []
        return ColumnTransformer(
            [*steps, *self._encodings.branches(features)],
            sparse_threshold=0,
            verbose_feature_names_out=False,
        )

    def fit(self, X: pd.DataFrame, y: "pd.Series[Any] | None" = None) -> Self:
        """Learn from the training rows (n rows, one column a feature)."""
        self.transformer_ = self._unfitted(X, y).fit(X, y)
        return self

    def fit_transform(self, X: pd.DataFrame, y: "pd.Series[Any] | None" = None, **_: Any) -> Any:
        """Learn from the training rows and return what the estimator learns from.

        As in scikit-learn's pipelines that may differ from `transform`: a TargetEncoder encodes
        each row by the others. A `transform` in Python is called as it is.
        """
        kind = type(self)
        if kind.transform is not BasePreprocessor.transform:
            return self.fit(X, y).transform(X)
        if kind.fit is BasePreprocessor.fit:
            self.transformer_ = self._unfitted(X, y)
        elif not hasattr(self.fit(X, y), "transformer_"):
            raise returned("Preprocessor.fit", self.fit, "without a transformer_", "self, with it")
        return self.transformer_.fit_transform(X, y)

    def _unfitted(self, X: pd.DataFrame, y: "pd.Series[Any] | None") -> Any:
        """Return the transformer for these rows, if what it makes of them fits into memory."""
        features = self.features()
        learned = [
            each
            for each in self.learned(features)
            if each.type != "text" or has_words(X[each.name])
        ]
        self._encodings = choose_encodings(features, learned, X, y, self.one_hot_labels)
        transformer = self.build_transformer(learned)
        if isinstance(transformer, type) or not hasattr(transformer, "fit_transform"):
            found = f"the class {transformer.__name__}" if isinstance(transformer, type) else None
            wanted = "an unfitted transformer, such as a ColumnTransformer"
            name = "Preprocessor.build_transformer"
            raise returned(name, self.build_transformer, found or repr(transformer)[:80], wanted)
        # A bundle may hold the whole Preprocessor, and no class of the template.
        del self._encodings
        check_memory(transformer, X, y, [each.name for each in learned if each.type == "text"])
        return transformer

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
    strings, `MISSING_LABEL` where missing. A value that does not fit its feature is as if missing.
    """
    read: dict[str, Any] = {}
    for feature in features:
        values = read_column(feature.rule, frame[feature.name]).values
        # An array of objects would become a column of pandas' own strings.
        read[feature.name] = (
            values if feature.numeric else pd.Series(values, frame.index, dtype=object)
        )
    return pd.DataFrame(read, index=frame.index)
