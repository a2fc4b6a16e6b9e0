"""The number of columns that a transformer will make, estimated from a few rows."""

import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

_FEW, _MORE = 200, 1_000
"""Rows on which a transformer is tried, to see how its columns grow with labels and words."""

Counts = dict[str, int]
"""The number of labels or words of each feature; 1 for a number."""


def label_counts(X: pd.DataFrame, texts: Collection[str]) -> Counts:
    """Return how many labels each column has, and words each of the texts."""
    return {str(name): _count(X[name], name in texts) for name in X}


def _count(column: "pd.Series[Any]", is_text: bool) -> int:
    if is_numeric_dtype(column):
        return 1
    if is_text:
        return len(set(" ".join(map(str, column)).lower().split()))
    try:
        return column.nunique()
    except TypeError:  # lists, say, which no encoder of labels takes
        return 1


def estimate(
    transformer: Any, X: pd.DataFrame, y: Any, texts: Collection[str], counts: Counts
) -> dict[str, float]:
    """Return how many columns each feature becomes; nothing where it can't be told.

    The transformer is fitted on a few rows and on some more. What its parts' columns have grown by
    for each label or word more, they will grow by for all others.
    """
    try:
        few, more = (_tried(transformer, X, y, texts, rows) for rows in (_FEW, _MORE))
    except Exception:  # of too few rows, perhaps; what is really wrong, fitting will say
        return {}
    found: dict[str, float] = dict.fromkeys(counts, 0.0)
    for before, after in zip(few, more, strict=True):
        known, whole = sum(after.counts.values()), sum(counts[name] for name in after.counts)
        grown = (after.columns - before.columns) / max(1, known - sum(before.counts.values()))
        total = after.columns + grown * (whole - known)
        total = min(total, after.most)
        for name in after.counts:
            found[name] += total * counts[name] / max(1, whole)
    return found


@dataclass(frozen=True)
class _Part:
    """A part of a transformer that was fitted on some rows.

    The counts of its own features in these rows, the columns that it makes of them, and how many
    those may be at the most, if a parameter says so.
    """

    counts: Counts
    columns: int
    most: float


def _tried(
    transformer: Any, X: pd.DataFrame, y: Any, texts: Collection[str], rows: int
) -> list[_Part]:
    """Fit a copy on some rows, of each class one at least, and return its parts."""
    at = _some(y, len(X), rows)
    sample, target = X.iloc[at], None if y is None else pd.Series(y).iloc[at]
    fitted = clone(_first(transformer))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = fitted.fit_transform(sample, target)
    if not isinstance(made, (np.ndarray, pd.DataFrame)):  # but sparse, which takes little
        return []
    if not isinstance(fitted, ColumnTransformer):
        return [_Part(label_counts(sample, texts), made.shape[1], np.inf)]
    return [
        _Part(
            label_counts(_of(sample, columns), texts),
            fitted.output_indices_[name].stop - fitted.output_indices_[name].start,
            _most(step),
        )
        for name, step, columns in fitted.transformers_
    ]


def _of(X: pd.DataFrame, columns: Any) -> pd.DataFrame:
    """Return columns that are given as a ColumnTransformer takes them."""
    names = np.atleast_1d(columns) if not isinstance(columns, slice) else np.empty(0)
    return X[list(names)] if names.dtype.kind in "UO" else X[list(X.columns[columns])]


def _first(transformer: Any) -> Any:
    """Return what the rows go through first."""
    while isinstance(transformer, Pipeline):
        transformer = transformer[0]
    return transformer


def _some(y: Any, n: int, rows: int) -> npt.NDArray[np.intp]:
    spread = np.linspace(0, n - 1, min(n, rows)).astype(np.intp)
    if y is None:
        return np.unique(spread)
    first = np.flatnonzero(~pd.Series(y).duplicated().to_numpy())[:rows]
    return np.unique(np.concatenate([spread, first]))


def _most(step: Any) -> float:
    """Return how many columns a vectorizer may make."""
    most = getattr(step, "max_features", None)
    return most if isinstance(most, int) else np.inf
