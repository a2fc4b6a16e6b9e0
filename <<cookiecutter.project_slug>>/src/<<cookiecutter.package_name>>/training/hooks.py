"""The use case's hooks, as training calls them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..bundle.missing import Missing, lacking
from ..features import Features, read_features
from ..preprocessing import BasePreprocessor


class Loader(Protocol):
    """The contract of `DataLoader`."""

    def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
        """Return all columns, the target included; at most `n_rows` rows."""
        ...


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


@dataclass(frozen=True)
class UseCase:
    """The four hooks and features.yaml."""

    features: Features
    data_loader: Callable[[], Loader]
    preprocessor: Callable[[], BasePreprocessor]
    train_model: Callable[..., Any]
    get_classes: Callable[[Any], list[str]]

    def rows(self, frame: pd.DataFrame) -> "Rows":
        """Return a valid data frame's features, encoded target and weights."""
        X, y = self.preprocessor().split_X_y(frame, self.features)
        if self.features.weight is None:
            return Rows(X, y)
        return Rows(X, y, frame[self.features.weight].to_numpy(np.int64))


def own_use_case() -> UseCase:
    """Return the project's own use case, from `use_case/`.

    Raises:
        ProjectError: It imports what is not installed here, or what lacks a system library.
    """
    try:
        from ..use_case.data_loader import DataLoader
        from ..use_case.model import get_classes, train_model
        from ..use_case.preprocessor import Preprocessor
    except (ImportError, OSError) as error:
        if not Missing.of(error):
            raise
        raise lacking(error, "The use case", "sklearn") from error
    return UseCase(read_features(), DataLoader, Preprocessor, train_model, get_classes)
