"""The preparation of features for the estimator."""

from typing import Any

import numpy as np
import pandas as pd
from model_runtime import BasePreprocessor, Feature
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OrdinalEncoder


class Preprocessor(BasePreprocessor):
    """Numbers force and crime, which the estimator takes as categories; a month is a number."""

    def build_transformer(self, features: list[Feature]) -> Any:
        """Return force, crime and month as columns 0, 1 and 2."""
        encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
        return ColumnTransformer(
            [("labels", encoder, ["force", "crime"]), ("month", "passthrough", ["month"])],
            verbose_feature_names_out=False,
        )

    def encode_target(self, target: "pd.Series[Any]") -> "pd.Series[Any]":
        """Return 0 for not caught and 1 for caught, the order of the answer's flags."""
        return (target == "caught").astype(int)
