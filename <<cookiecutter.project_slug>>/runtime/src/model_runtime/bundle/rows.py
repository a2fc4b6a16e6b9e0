"""Turn requests' values into an engine's columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..features import Feature
from .engines import Columns

Value = int | float | bool | str | None


def columns_from(features: Sequence[Feature], rows: Sequence[Sequence[Value]]) -> Columns:
    """Return the columns of rows whose values stand in the features' order.

    A missing number becomes NaN and a missing label the empty string, as in training.
    """
    return {
        feature.name: _column(feature, values)
        for feature, values in zip(features, zip(*rows, strict=True), strict=True)
    }


def columns_by_name(features: Sequence[Feature], rows: Sequence[Mapping[str, Value]]) -> Columns:
    """Return the columns of rows that have each feature's value by its name."""
    return {
        (name := feature.name): _column(feature, [row[name] for row in rows])
        for feature in features
    }


def _column(feature: Feature, values: Sequence[Value]) -> npt.NDArray[Any]:
    # To NumPy, None is NaN among floats.
    if feature.numeric:
        return np.array(values, np.float64)[:, None]
    return np.array([value or "" for value in values], dtype=object)[:, None]
