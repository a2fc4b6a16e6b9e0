"""Look for features that tell the target, which nobody knows before the event."""

import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import OrdinalEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ..features import Features
from ..training.rows import Rows
from ..training.split import draw
from .finding import Finding

TOLD = 0.98
"""Share of what there is to tell (see `told`) from which a single feature is suspect."""

MOST_ROWS = 5_000
"""Rows that are looked at, each drawn as often as it stands for."""

_FOLDS = 3
_DEPTH = 6
_LEAST_ROWS = 30


def leaking(features: Features, frame: pd.DataFrame, rows: Rows) -> Iterator[Finding]:
    """Say which feature alone predicts the target, and whether the ID does.

    Args:
        features: features.yaml.
        frame: The data, as loaded.
        rows: The same rows, as the Preprocessor parts them.
    """
    kept = draw(rows, MOST_ROWS, 0)
    if len(kept) < _LEAST_ROWS:
        return
    frame, rows = frame.iloc[kept], replace(rows.take(kept), weight=None)
    classes = features.task == "classification"
    for feature in features.features:
        if feature.leaks or feature.type == "text":
            continue
        share = told(rows.X[feature.name], rows.y, classes)
        if share >= TOLD:
            yield Finding(
                "look",
                "leaks",
                f"'{feature.name}' alone tells {share:.1%} of the target in these rows. If it is "
                "known only after the event, say `leaks: true` in features.yaml.",
            )
    if features.id in frame and told(frame[features.id], rows.y, classes) >= TOLD:
        yield Finding(
            "look",
            "leaks",
            f"The ID '{features.id}' orders the target: rows of one answer follow each other. It "
            "is no feature, and must not become one; a part of the rows that is cut off in "
            "this order (n_rows, a sample) has not all answers.",
        )


def told(column: "pd.Series[Any]", y: "pd.Series[Any]", classes: bool) -> float:
    """Return how much of the target's spread a small tree predicts of one column, held out.

    For classes the share of the baseline's errors that it does not make, (a - b) / (1 - b) of the
    accuracies a and b, where b is that of the most frequent class; else R2, of ranks.
    """
    X, target = _numbers(column), np.asarray(y)
    kind: Any = DecisionTreeClassifier if classes else DecisionTreeRegressor
    if not classes:
        target = pd.Series(target).rank().to_numpy()
    order = np.random.default_rng(0).permutation(len(target))
    tree = kind(max_depth=_DEPTH, min_samples_leaf=2, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that have fewer rows than folds
        found = cross_val_predict(tree, X[order], target[order], cv=_FOLDS)
    if not classes:
        spread = float(((target - target.mean()) ** 2).sum())
        return 1 - float(((target[order] - found) ** 2).sum()) / spread
    baseline = float(pd.Series(target).value_counts(normalize=True).iloc[0])
    accuracy = float((found == target[order]).mean())
    return (accuracy - baseline) / (1 - baseline) if baseline < 1 else 0.0


def _numbers(column: "pd.Series[Any]") -> Any:
    """Return a column as numbers, shape (n, 1): labels and texts by their alphabetical order."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(np.float64, na_value=np.nan).reshape(-1, 1)
    return OrdinalEncoder().fit_transform(column.astype(str).to_numpy().reshape(-1, 1))
