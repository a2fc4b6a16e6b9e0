"""Parquet files, here or wherever fsspec reaches, cut by their row groups."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa
from pyarrow.parquet import FileMetaData, ParquetFile

from ..counts import counted
from ..errors import ProjectError
from .part import Part

CELLS = 4_000_000
"""Rows times columns of a part, unless a single row group has more: 32 MB of numbers."""


@dataclass(frozen=True)
class ParquetPart(Part):
    """Some neighbouring row groups of a file."""

    groups: tuple[int, ...]

    def read(self) -> pd.DataFrame:
        """See `Part`."""
        frame: pd.DataFrame = _asked(
            self.name, lambda file: file.read_row_groups([*self.groups]).to_pandas()
        )
        if len(frame) != self.rows:
            raise ProjectError(
                f"{self.name} has changed since training began: "
                f"{counted(len(frame), 'row')} where there were {self.rows:,}. Train once it stays "
                "as it is."
            )
        # Arrow keeps what it has used, and a worker is held to account for it.
        pa.default_memory_pool().release_unused()
        return frame.reset_index(drop=True)


def parquet_parts(path: str, start: int) -> list[ParquetPart]:
    """Return a file's parts; those without rows are left out.

    Args:
        path: Or an address, such as s3://bucket/file.parquet.
        start: The number of its first row among all.

    Raises:
        ProjectError: It is no Parquet file that can be read.
    """
    metadata: FileMetaData = _asked(path, lambda file: file.metadata)
    found, first = [], 0
    for groups, rows in _cut(metadata):
        if rows:
            found.append(ParquetPart(path, start + first, rows, first, groups))
        first += rows
    return found


def _cut(metadata: FileMetaData) -> Iterator[tuple[tuple[int, ...], int]]:
    groups: list[int] = []
    rows = 0
    for k in range(metadata.num_row_groups):
        more = metadata.row_group(k).num_rows
        if groups and (rows + more) * metadata.num_columns > CELLS:
            yield tuple(groups), rows
            groups, rows = [], 0
        groups.append(k)
        rows += more
    if groups:
        yield tuple(groups), rows


def _asked(path: str, ask: Callable[[ParquetFile], Any]) -> Any:
    try:
        with _opened(path) as file, ParquetFile(file) as parquet:
            return ask(parquet)
    except (pa.ArrowException, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise ProjectError(f"{path}, of load_partitions, can't be read ({reason}).") from error


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    if "://" not in path:
        with Path(path).open("rb") as file:
            yield file
        return
    try:
        import fsspec

        opened = fsspec.open(path, "rb")
    except ImportError as error:
        raise ProjectError(
            f"{path} needs {error.name}: `uv add --group train {error.name}` adds it (s3fs for "
            "s3://, adlfs for abfs://, gcsfs for gs://)."
        ) from error
    except ValueError as error:  # a protocol that nobody knows
        raise ProjectError(f"{path}, of load_partitions, can't be read ({error}).") from error
    with opened as file:
        yield file
