"""The base of a use case's DataLoader."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .errors import ProjectError

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd

FIRST_ROWS = 10_000
"""Rows of partitions that `load_data` returns, unless it is asked for others or overridden."""


class BaseDataLoader:
    """Gives the rows to learn from, by `load_data` or `load_partitions`; the rest is optional."""

    def load_data(self, n_rows: int | None = None) -> "pd.DataFrame":
        """Return all columns, the target included; at most `n_rows` rows, by default all.

        Left out beside `load_partitions`, the first rows of the partitions: 10,000 by default.

        Raises:
            ProjectError: Neither of the two is overridden.
        """
        from .partitions import first_rows

        return first_rows(self.load_partitions(), FIRST_ROWS if n_rows is None else n_rows)

    def load_partitions(self) -> "Sequence[str | PathLike[str]] | Any":
        """Return data that are more than memory holds, in parts.

        Returns:
            Paths or addresses (s3://…) of Parquet files, of the same columns each, in an order
            that stays; or a data frame of Dask's, whose partitions can be computed one by one.

        Raises:
            ProjectError: It is not overridden: `load_data` returns all rows.
        """
        raise ProjectError("DataLoader has neither load_data nor load_partitions; add one.")

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


def in_partitions(loader: BaseDataLoader) -> bool:
    """Tell whether a loader overrides `load_partitions`."""
    return type(loader).load_partitions is not BaseDataLoader.load_partitions
