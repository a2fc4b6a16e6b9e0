"""Permutation importance, of each feature, within bounds of time and memory.

L. Breiman, Random Forests, Machine Learning 45, 2001. scikit-learn's own `permutation_importance`
predicts once for each column and repeat; here many are predicted at once, and a clock ends it.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import is_classifier
from sklearn.metrics import r2_score
from sklearn.pipeline import Pipeline

from ..compiler.threads import one_thread_for_few
from ..progress import advance
from .rows import Rows
from .split import draw

ROWS = 1_000
REPEATS = 5
SECONDS = 15.0
"""No more columns are shuffled after that."""

_CELLS = 5_000_000
"""Rows times columns that are predicted at once."""


@dataclass(frozen=True)
class Importance:
    """The loss of score (accuracy, or R²) when a feature's values are shuffled among the rows.

    Features that time did not suffice for are in neither of the lists.
    """

    names: list[str]
    mean: npt.NDArray[np.float64]
    spread: npt.NDArray[np.float64]
    repeats: int
    n_features: int

    @property
    def order(self) -> npt.NDArray[np.intp]:
        """The rank of each feature, from the one that matters most."""
        return np.argsort(-self.mean, kind="stable")


def measure_importance(
    pipeline: Pipeline, rows: Rows, seed: int, seconds: float = SECONDS
) -> Importance:
    """Shuffle each column several times, all of them once before any is shuffled again.

    Args:
        pipeline: Fitted.
        rows: Rows that it has not seen, of which some are drawn.
        seed: Of the draw and the shuffling.
        seconds: When to stop.
    """
    drawn = draw(rows, ROWS, seed)
    X, y = rows.X.iloc[drawn].reset_index(drop=True), rows.y.iloc[drawn].to_numpy()
    n_columns, random = X.shape[1], np.random.default_rng(seed)
    (whole,) = _scores(pipeline, X, y)
    losses: list[float] = []
    start = time.perf_counter()
    # Prepared, the rows may have many more columns.
    width = max(n_columns, getattr(pipeline[-1], "n_features_in_", 1))
    for batch in _batches(n_columns, max(1, _CELLS // (len(X) * width))):
        losses += [whole - score for score in _scores(pipeline, _shuffled(X, batch, random), y)]
        spent = time.perf_counter() - start
        advance(len(losses), _reachable(len(losses), n_columns, spent, seconds), "shuffled columns")
        if spent > seconds:
            break
    repeats = max(1, len(losses) // n_columns)
    whole_rounds = np.array(losses[: repeats * n_columns]).reshape(repeats, -1)
    names = [str(name) for name in X.columns[: whole_rounds.shape[1]]]
    return Importance(
        names, whole_rounds.mean(axis=0), whole_rounds.std(axis=0), repeats, n_columns
    )


def _reachable(done: int, n_columns: int, spent: float, seconds: float) -> int:
    """Return how many columns can be shuffled within the time, at the speed so far."""
    return max(done, min(REPEATS * n_columns, int(done * seconds / max(spent, 1e-9))))


def _batches(n_columns: int, at_once: int) -> Iterator[list[int]]:
    """Yield the columns to shuffle, as many as can be predicted at once."""
    columns = list(range(n_columns)) * REPEATS
    for start in range(0, len(columns), at_once):
        yield columns[start : start + at_once]


def _shuffled(X: pd.DataFrame, columns: list[int], random: np.random.Generator) -> pd.DataFrame:
    """Return the rows once for each column, with that column shuffled."""
    n = len(X)
    rows = np.tile(np.arange(n), len(columns))
    found = {}
    for k, name in enumerate(X.columns):
        order = rows.copy()
        for place in (place for place, column in enumerate(columns) if column == k):
            order[place * n : (place + 1) * n] = random.permutation(n)
        found[name] = X[name].to_numpy()[order]
    return pd.DataFrame(found)


def _scores(pipeline: Pipeline, X: pd.DataFrame, y: Any) -> list[float]:
    """Return the score of each block of rows that is as long as the target."""
    with one_thread_for_few(len(X)):
        predicted = np.asarray(pipeline.predict(X)).reshape(-1, len(y))
    if is_classifier(pipeline):
        return [float(np.mean(block == y)) for block in predicted]
    return [float(r2_score(y, block)) for block in predicted]
