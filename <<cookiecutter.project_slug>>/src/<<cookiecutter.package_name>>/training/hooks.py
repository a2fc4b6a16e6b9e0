"""The use case's hooks, as training calls them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from ..features import Features, read_features
from ..preprocessing import BasePreprocessor


class Loader(Protocol):
    """The contract of `DataLoader`."""

    def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
        """Return all columns, the target included; at most `n_rows` rows."""
        ...


@dataclass(frozen=True)
class UseCase:
    """The four hooks and features.yaml."""

    features: Features
    data_loader: Callable[[], Loader]
    preprocessor: Callable[[], BasePreprocessor]
    train_model: Callable[[Any, Any], Any]
    get_classes: Callable[[Any], list[str]]


def own_use_case() -> UseCase:
    """Return the project's own use case, from `use_case/`."""
    from ..use_case.data_loader import DataLoader
    from ..use_case.model import get_classes, train_model
    from ..use_case.preprocessor import Preprocessor

    return UseCase(read_features(), DataLoader, Preprocessor, train_model, get_classes)
