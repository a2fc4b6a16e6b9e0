"""The base of a use case's DataLoader."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from .errors import ProjectError

if TYPE_CHECKING:
    import pandas as pd


class BaseDataLoader(ABC):
    """Gives the rows to learn from; `load_data` has to be there, the rest is optional."""

    @abstractmethod
    def load_data(self, n_rows: int | None = None) -> "pd.DataFrame":
        """Return all columns, the target included; at most `n_rows` rows, by default all."""

    def fetch_data(self, source: str | None, only: list[str]) -> None:
        """Fetch the data for `make data`, which calls this, into `data/`.

        Args:
            source: An address or a path (`FROM=…`); None for the usual one.
            only: Names of the parts to fetch (`ONLY='…'`), such as months; empty for all.

        Raises:
            ProjectError: It is not overridden: the data are there already, or are brought by hand.
        """
        raise ProjectError("DataLoader has no fetch_data; data/README.md may say what to do.")


def fetches(loader: BaseDataLoader) -> bool:
    """Tell whether a loader overrides `fetch_data`."""
    return type(loader).fetch_data is not BaseDataLoader.fetch_data
