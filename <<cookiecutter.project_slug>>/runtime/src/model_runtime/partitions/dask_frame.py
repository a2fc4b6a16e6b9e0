"""Partitions of a data frame of Dask's."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..counts import counted
from ..errors import ProjectError
from .part import Part


@dataclass(frozen=True)
class DaskPart(Part):
    """A partition; its tasks are computed where it is read."""

    delayed: Any

    def read(self) -> pd.DataFrame:
        """See `Part`."""
        frame = _computed(self.delayed)
        if len(frame) != self.rows:
            raise ProjectError(
                f"load_partitions: {self.name} has {counted(len(frame), 'row')}, and had "
                f"{self.rows:,} before: it has to be the same each time that it is computed."
            )
        return frame


def is_dask_frame(found: Any) -> bool:
    """Tell whether something is a data frame of Dask's, without importing it."""
    return type(found).__module__.split(".")[0] == "dask" and hasattr(found, "to_delayed")


def dask_parts(
    frame: Any, each: Callable[[Callable[[Any], int], Iterable[Any]], Iterator[int]]
) -> list[DaskPart]:
    """Return a data frame's partitions; those without rows are left out.

    Args:
        frame: Dask's.
        each: Calls a function for each of many things and yields the results in their order.
    """
    import dask

    delayed = dask.optimize(*frame.to_delayed())  # each with the tasks that it needs, no others
    found, start = [], 0
    for number, rows in enumerate(each(_length, delayed)):
        if rows:
            found.append(DaskPart(f"partition {number}", start, rows, 0, delayed[number]))
        start += rows
    return found


def _length(delayed: Any) -> int:
    return len(_computed(delayed))


def _computed(delayed: Any) -> pd.DataFrame:
    frame: pd.DataFrame = delayed.compute(scheduler="synchronous")
    return frame.reset_index(drop=True)
