"""Part the rows: a hold-out, and folds; for classification with the classes in proportion.

Weighted rows are parted as the rows that they stand for would be: of the many alike, each part
draws its share without replacement (a multivariate hypergeometric distribution).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import train_test_split

from ..counts import counted
from ..errors import ProjectError
from ..tasks import TaskName
from .rows import Rows
from .task import TRAINING_TASKS


@dataclass(frozen=True)
class Split:
    """Rows to learn from, and rows held out."""

    train: Rows
    test: Rows


def split(rows: Rows, test_size: float, seed: int, task: TaskName) -> Split:
    """Hold out a share of the rows.

    Raises:
        ProjectError: There are too few rows for that.
    """
    if rows.weight is not None:
        return _weighted_folds(rows, [1 - test_size, test_size], seed, task)[1]
    kind = TRAINING_TASKS[task]
    indices, stratify = np.arange(len(rows)), kind.strata(rows.y)
    try:
        train, test = train_test_split(
            indices, test_size=test_size, random_state=seed, stratify=stratify
        )
    except ValueError as error:
        raise ProjectError(
            f"{counted(len(rows), 'row')} can't be split with training.test_size {test_size:g}: "
            f"{error}"
        ) from error
    if len(test) < kind.fewest_held_out:
        raise ProjectError(
            f"Of {counted(len(rows), 'row')} training.test_size {test_size:g} holds out "
            f"{len(test)}, and the metrics need {kind.fewest_held_out}; load more rows or hold out "
            "a larger share."
        )
    return Split(rows.take(train), rows.take(test))


def folds(rows: Rows, n_folds: int, seed: int, task: TaskName) -> Iterator[Split]:
    """Yield each fold's rows to learn from and rows held out."""
    if rows.weight is not None:
        yield from _weighted_folds(rows, [1 / n_folds] * n_folds, seed, task)
        return
    for train, test in TRAINING_TASKS[task].folds(n_folds, seed).split(np.zeros(len(rows)), rows.y):
        yield Split(rows.take(train), rows.take(test))


def draw(rows: Rows, most: int, seed: int) -> npt.NDArray[np.intp]:
    """Return the indices of at most so many rows, each as often as it was drawn.

    Without replacement, from all that the rows stand for; all of them, where they are no more.
    """
    weight = np.ones(len(rows.X), np.int64) if rows.weight is None else rows.weight
    if len(rows) <= most:
        return np.repeat(np.arange(len(rows.X)), weight)
    drawn = np.random.default_rng(seed).choice(len(rows), most, replace=False, shuffle=False)
    return np.searchsorted(np.cumsum(weight), np.sort(drawn), side="right")


def _weighted_folds(rows: Rows, shares: list[float], seed: int, task: TaskName) -> list[Split]:
    """Return a split for each share, that share of the rows held out."""
    random = np.random.default_rng(seed)
    weight = np.asarray(rows.weight)
    parts = np.zeros((len(shares), len(weight)), dtype=np.int64)
    strata = TRAINING_TASKS[task].strata(rows.y)
    groups = np.zeros(len(weight)) if strata is None else strata
    for members in pd.Series(groups).groupby(groups).indices.values():
        parts[:, members] = _drawn(weight[members], shares, random)
    return [Split(rows.weighing(weight - part), rows.weighing(part)) for part in parts]


def _drawn(
    weight: npt.NDArray[np.int64], shares: list[float], random: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Part the rows that the weights stand for by the shares, which sum to 1."""
    ends = np.round(np.cumsum(shares) * weight.sum()).astype(np.int64)
    left = weight.copy()
    drawn = []
    for size in np.diff(ends, prepend=0)[:-1]:
        part = random.multivariate_hypergeometric(left, size, method="marginals")
        drawn.append(part)
        left = left - part
    return np.stack([*drawn, left])
