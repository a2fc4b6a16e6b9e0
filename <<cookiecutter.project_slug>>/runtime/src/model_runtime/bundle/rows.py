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


class RowColumns:
    """Turns rows that have each feature's value by its name into columns.

    A row takes two calls of NumPy, whatever the number of its features: with one row in a request
    they are what its columns cost.
    """

    def __init__(self, features: Sequence[Feature]) -> None:
        """Know which features are numbers, and which are texts."""
        self._numbers = [each.name for each in features if each.numeric and not _converts(each)]
        self._converted = [feature for feature in features if _converts(feature)]
        self._texts = [feature.name for feature in features if not feature.numeric]

    def __call__(self, rows: Sequence[Mapping[str, Value]]) -> Columns:
        """Return the columns of rows."""
        found: dict[str, npt.NDArray[Any]] = {}
        if names := self._numbers:
            numbers = np.array([[row[name] for row in rows] for name in names], np.float64)
            found.update(zip(names, numbers[:, :, None], strict=True))
        for each in self._converted:
            found[each.name] = _column(each, [row[each.name] for row in rows])
        if names := self._texts:
            texts = [[row[name] or "" for row in rows] for name in names]
            found.update(zip(names, np.array(texts, object)[:, :, None], strict=True))
        return found


def _converts(feature: Feature) -> bool:
    """Tell whether a request has no number where the model gets one."""
    return feature.numeric and not feature.rule.takes_numbers


def _column(feature: Feature, values: Sequence[Value]) -> npt.NDArray[Any]:
    if _converts(feature):
        convert = feature.rule.convert
        values = [None if value is None else convert(value) for value in values]
    # To NumPy, None is NaN among floats.
    if feature.numeric:
        return np.array(values, np.float64)[:, None]
    return np.array([value or "" for value in values], dtype=object)[:, None]
