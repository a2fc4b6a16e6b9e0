"""Turn requests' values into an engine's columns."""

from collections.abc import Sequence

import numpy as np

from ..features import Feature
from .engines import Columns

Value = int | float | bool | str | None


def columns_from(features: Sequence[Feature], rows: Sequence[Sequence[Value]]) -> Columns:
    """Return the columns of rows whose values stand in the features' order.

    A missing number becomes NaN and a missing label the empty string, as in training.
    """
    return {
        # To NumPy, None is NaN among floats.
        feature.name: np.array(values, np.float64)[:, None]
        if feature.numeric
        else np.array([value or "" for value in values], dtype=object)[:, None]
        for feature, values in zip(features, zip(*rows, strict=True), strict=True)
    }
