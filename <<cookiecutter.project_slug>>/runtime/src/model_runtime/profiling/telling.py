"""The share of the target's spread that one column alone tells."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

GROUPS = 20
"""Groups of like values that a column is parted into."""

MOST_ROWS = 50_000


def told(column: "pd.Series[Any]", target: "pd.Series[Any]", classes: bool) -> float:
    """Return the share, 0 to 1, by the means of groups of like values; missing ones are a group.

    For numbers it is R2 of the ranks; for classes the share by which knowing the group makes two
    rows of it more often alike (Goodman and Kruskal's tau). Both are less what chance would give.

    Args:
        column: Of n rows.
        target: Of the same rows, none of it missing.
        classes: True for a classification's target.
    """
    column, target = column[:MOST_ROWS], target[:MOST_ROWS]
    if not len(target):
        return 0.0
    groups = _groups(column)
    n, k = len(groups), int(groups.max()) + 1
    if n <= k or k < 2:
        return 0.0
    sizes = np.bincount(groups, minlength=k).astype(float)
    if classes:
        codes = pd.factorize(target)[0]
        table = np.zeros((k, codes.max() + 1))
        np.add.at(table, (groups, codes), 1)
        before = 1 - ((table.sum(axis=0) / n) ** 2).sum()
        within = (table**2).sum(axis=1)[sizes > 0] / sizes[sizes > 0]
        after = 1 - within.sum() / n
    else:
        ranks = target.rank().to_numpy(np.float64)
        sums = np.bincount(groups, weights=ranks, minlength=k)
        before = ranks.var()
        after = before - ((sums[sizes > 0] ** 2 / sizes[sizes > 0]).sum() / n - ranks.mean() ** 2)
    if before <= 0:
        return 0.0
    return float(np.clip(1 - after / before * (n - 1) / (n - (sizes > 0).sum()), 0, 1))


def _groups(column: "pd.Series[Any]") -> npt.NDArray[np.intp]:
    """Return each row's group; numbers are grouped by their order, labels by themselves."""
    types = pd.api.types
    if types.is_numeric_dtype(column.dtype) and not types.is_bool_dtype(column.dtype):
        numbers = column.to_numpy(np.float64, na_value=np.nan)
        finite = numbers[np.isfinite(numbers)]
        if not len(finite):
            return np.zeros(len(column), np.intp)
        edges = np.unique(np.quantile(finite, np.linspace(0, 1, GROUPS)[1:-1], method="lower"))
        return np.where(np.isnan(numbers), 0, 1 + np.searchsorted(edges, numbers)).astype(np.intp)
    codes, labels = pd.factorize(column.map(str, na_action="ignore"))
    if len(labels) > GROUPS:
        order = np.argsort(-np.bincount(codes[codes >= 0], minlength=len(labels)), kind="stable")
        places = np.full(len(labels), GROUPS)
        places[order[: GROUPS - 1]] = np.arange(GROUPS - 1)
        codes = np.where(codes < 0, -1, places[codes])
    return np.asarray(codes + 1, np.intp)
