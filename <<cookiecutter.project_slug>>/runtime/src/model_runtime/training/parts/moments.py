"""Mean and variance of columns, added up over parts.

Chan, Golub and LeVeque (1983), The American Statistician 37, 242-247.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.preprocessing import StandardScaler

from .draw import Floats


@dataclass(frozen=True)
class Moments:
    """Of each column: values that are not missing, their mean, squared deviations, and ends."""

    rows: Floats
    mean: Floats
    squares: Floats
    least: Floats
    greatest: Floats

    @classmethod
    def of(cls, values: npt.NDArray[np.float64]) -> Self:
        """Look at rows, shape (n, columns), NaN where missing; n may be 0."""
        present = ~np.isnan(values)
        rows = present.sum(axis=0).astype(np.float64)
        mean = np.where(present, values, 0.0).sum(axis=0) / np.maximum(rows, 1)
        squares = (np.where(present, values - mean, 0.0) ** 2).sum(axis=0)
        least = np.min(values, axis=0, initial=np.inf, where=present)
        greatest = np.max(values, axis=0, initial=-np.inf, where=present)
        return cls(rows, mean, squares, least, greatest)

    def plus(self, other: Self) -> Self:
        """Add other rows."""
        rows = self.rows + other.rows
        share = other.rows / np.maximum(rows, 1)
        apart = other.mean - self.mean
        return type(self)(
            rows,
            self.mean + apart * share,
            self.squares + other.squares + apart**2 * self.rows * share,
            np.minimum(self.least, other.least),
            np.maximum(self.greatest, other.greatest),
        )

    def filled(self, rows: int, fill: Floats) -> Self:
        """Return the moments with a value in the place of each that is missing among the rows."""
        missing = rows - self.rows
        nowhere = missing == 0
        return self.plus(
            type(self)(
                missing,
                fill,
                np.zeros_like(fill),
                np.where(nowhere, np.inf, fill),
                np.where(nowhere, -np.inf, fill),
            )
        )

    def into(self, scaler: StandardScaler) -> None:
        """Make a fitted scaler one of these rows."""
        rows = np.maximum(self.rows, 1)
        scaler.mean_, scaler.var_ = self.mean, self.squares / rows
        constant = (self.least >= self.greatest) | (scaler.var_ == 0)
        scaler.scale_ = np.where(constant, 1.0, np.sqrt(scaler.var_))
        scaler.n_samples_seen_ = np.int64(self.rows.max(initial=0))


def scale_exactly(transformer: Any, names: list[str], moments: Moments, rows: int) -> None:
    """Give a fitted transformer of the base Preprocessor the moments of all rows.

    Its medians stay those of the sample.

    Args:
        transformer: A ColumnTransformer whose branch `numbers` fills and scales.
        names: The columns of the moments.
        moments: Of the rows learned from.
        rows: How many those are.
    """
    branch = transformer.named_transformers_.get("numbers")
    if branch is None:
        return
    (columns,) = (columns for name, _, columns in transformer.transformers_ if name == "numbers")
    places = pd.Index(names).get_indexer(pd.Index(columns))
    own = Moments(*(getattr(moments, name)[places] for name in vars(moments)))
    own.filled(rows, np.asarray(branch[0].statistics_)).into(branch[-1])
