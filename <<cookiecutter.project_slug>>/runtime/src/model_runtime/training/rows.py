"""Rows to learn from, and rows to measure on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True)
class Rows:
    """Features and encoded target; with weights, each row stands for that many alike.

    `X` has n rows and a column for each feature, `y` and `weight` have n values.
    """

    X: pd.DataFrame
    y: "pd.Series[Any]"
    weight: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        """Return how many rows there are, each counted as often as it stands for."""
        return len(self.X) if self.weight is None else int(self.weight.sum())

    def take(self, indices: npt.NDArray[np.intp]) -> "Rows":
        """Return the rows at the indices."""
        weight = None if self.weight is None else self.weight[indices]
        return Rows(self.X.iloc[indices], self.y.iloc[indices], weight)

    def weighing(self, weight: npt.NDArray[np.int64]) -> "Rows":
        """Return the rows with other weights; those that weigh nothing are left out."""
        kept = np.flatnonzero(weight)
        return Rows(self.X.iloc[kept], self.y.iloc[kept], weight[kept])
