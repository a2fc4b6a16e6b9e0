"""The parts of what `load_partitions` returned."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import ProjectError
from .dask_frame import dask_parts, is_dask_frame
from .part import Part

if TYPE_CHECKING:
    import pandas as pd


def parts_of(
    found: Any, each: Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
) -> Sequence[Part]:
    """Return the parts, numbered through.

    Args:
        found: Paths, or a data frame of Dask's.
        each: Calls a function for each of many things and yields the results in their order.

    Raises:
        ProjectError: It is neither, a file can't be read, or there are no rows.
    """
    parts: Sequence[Part]
    parts = dask_parts(found, each) if is_dask_frame(found) else [*_of_paths(_paths(found))]
    if not parts:
        raise ProjectError("The data has no rows; see DataLoader.load_partitions.")
    return parts


def _of_paths(paths: list[str]) -> Iterator[Part]:
    from .parquet import parquet_parts

    start = 0
    for path in paths:
        parts = parquet_parts(path, start)
        start += sum(part.rows for part in parts)
        yield from parts


def first_rows(found: Any, n_rows: int) -> "pd.DataFrame":
    """Return the first rows of what `load_partitions` returned, as many as asked or all.

    Raises:
        ProjectError: See `parts_of`.
    """
    import pandas as pd

    if is_dask_frame(found):
        frame: pd.DataFrame = found.head(n_rows, npartitions=-1).reset_index(drop=True)
        return frame
    frames, left = [], n_rows
    for part in _of_paths(_paths(found)):
        frames.append(part.read().head(left))
        left -= len(frames[-1])
        if left <= 0:
            break
    if not frames:
        raise ProjectError("The data has no rows; see DataLoader.load_partitions.")
    return pd.concat(frames, ignore_index=True)


def _paths(found: Any) -> list[str]:
    if not isinstance(found, (list, tuple)) or not all(
        isinstance(path, (str, os.PathLike)) for path in found
    ):
        kind = "None" if found is None else f"a {type(found).__name__}"
        raise ProjectError(
            f"DataLoader.load_partitions returned {kind}; it returns a list of paths of Parquet "
            "files, or a dask.dataframe."
        )
    return [os.fspath(path) for path in found]
