"""The share of the target's spread that one column alone tells."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .predicting import predicted

GROUPS = 20
"""Groups of like values that a column is parted into."""

MOST_ROWS = 50_000

_MOST_OF_A_TREE = 5_000
_LEAST_OF_A_TREE = 30
_WORTH_A_TREE = 0.03
_SURE = 0.95


def told(column: "pd.Series[Any]", target: "pd.Series[Any]", classes: bool) -> float:
    """Return the share, 0 to 1, by the means of groups of like values; missing ones are a group.

    For numbers it is R2 of the ranks; for classes the share by which knowing the group makes two
    rows of it more often alike (Goodman and Kruskal's tau). Both are less what chance would give.
    Where a small tree finds borders between numbers that tell nearly all, which groups of one size
    have in their midst, it is the share that the tree tells.

    Args:
        column: Of n rows.
        target: Of the same rows, none of it missing.
        classes: True for a classification's target.
    """
    share = _by_groups(column[:MOST_ROWS], target[:MOST_ROWS], classes)
    if not _is_number(column) or not _WORTH_A_TREE <= share < _SURE:
        return share
    by_tree = _by_tree(column, target, classes)
    return by_tree if by_tree >= _SURE else share


def _by_tree(column: "pd.Series[Any]", target: "pd.Series[Any]", classes: bool) -> float:
    """Return what a tree predicts of the order of numbers, of some rows; 0 where they are few."""
    kept = np.random.default_rng(0).permutation(len(target))[:_MOST_OF_A_TREE]
    known = pd.Series(pd.factorize(target)[0]) if classes else target.reset_index(drop=True)
    if len(kept) < _LEAST_OF_A_TREE:
        return 0.0
    return predicted(column.rank().iloc[kept], known.iloc[kept], classes)


def _by_groups(column: "pd.Series[Any]", target: "pd.Series[Any]", classes: bool) -> float:
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
    if _is_number(column):
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


def _is_number(column: "pd.Series[Any]") -> bool:
    types = pd.api.types
    return types.is_numeric_dtype(column.dtype) and not types.is_bool_dtype(column.dtype)
