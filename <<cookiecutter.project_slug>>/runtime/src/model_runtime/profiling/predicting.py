"""The share of the target that a small tree predicts of one column alone."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import OrdinalEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

_FOLDS = 3
_DEPTH = 6


def predicted(column: "pd.Series[Any]", y: "pd.Series[Any]", classes: bool) -> float:
    """Return how much of the target's spread a small tree predicts of one column, held out.

    For classes the share of the baseline's errors that it does not make, (a - b) / (1 - b) of the
    accuracies a and b, where b is that of the most frequent class; else R2, of ranks. Where there
    are fewer rows than folds, of every class, it is 0.
    """
    X, target = _numbers(column), np.asarray(y)
    kind: Any = DecisionTreeClassifier if classes else DecisionTreeRegressor
    if not classes:
        target = pd.Series(target).rank().to_numpy()
    if (pd.Series(target).value_counts().max() if classes else len(target)) < _FOLDS:
        return 0.0
    order = np.random.default_rng(0).permutation(len(target))
    tree = kind(max_depth=_DEPTH, min_samples_leaf=2, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that have fewer rows than folds
        found = cross_val_predict(tree, X[order], target[order], cv=_FOLDS)
    if not classes:
        spread = float(((target - target.mean()) ** 2).sum())
        return 1 - float(((target[order] - found) ** 2).sum()) / spread if spread else 0.0
    baseline = float(pd.Series(target).value_counts(normalize=True).iloc[0])
    accuracy = float((found == target[order]).mean())
    return (accuracy - baseline) / (1 - baseline) if baseline < 1 else 0.0


def _numbers(column: "pd.Series[Any]") -> Any:
    """Return a column as numbers, shape (n, 1): labels and texts by their alphabetical order."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(np.float64, na_value=np.nan).reshape(-1, 1)
    return OrdinalEncoder().fit_transform(column.astype(str).to_numpy().reshape(-1, 1))
