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
        feature.name: np.array([row[k] for row in rows], np.float64).reshape(-1, 1)
        if feature.numeric
        else np.array([row[k] or "" for row in rows], dtype=object).reshape(-1, 1)
        for k, feature in enumerate(features)
    }
