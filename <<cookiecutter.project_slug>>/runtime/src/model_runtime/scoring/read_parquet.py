"""Read Parquet: a null is a missing value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import parquet

from ..bundle.schema import Schema
from ..errors import ProjectError
from .check import Check, Checked
from .inputs import BLOCK, Input, decoded, needed

ROWS = 65_536
"""Rows of a block."""

_PIECE = 4_096
"""Rows that are decoded at once, before their size is known."""

_BUFFER = 1024 * 1024


@dataclass(frozen=True)
class Part:
    """Row groups of a Parquet file, and the number of its rows before them."""

    groups: range
    before: int


def opened_parquet(path: object, file: BinaryIO, remote: bool = False) -> parquet.ParquetFile:
    """Open a Parquet file: nothing but its end is read yet.

    Args:
        path: What messages call it.
        file: Where it is.
        remote: Whether each read is a request. Then those of a row group are made at once; else it
            is read through buffers, so that a column is not held in memory whole.

    Raises:
        ProjectError: It is none, or not whole.
    """
    try:
        return parquet.ParquetFile(file, buffer_size=0 if remote else _BUFFER, pre_buffer=remote)
    except (pa.ArrowException, OSError) as error:
        raise ProjectError(f"{path} is no whole Parquet file: {_brief(error)}.") from error


class ParquetInput(Input):
    """A Parquet file or a part of one; its rows have numbers, but no lines."""

    def __init__(
        self,
        path: object,
        file: BinaryIO,
        schema: Schema,
        beside: tuple[str, ...] = (),
        *,
        part: Part | None = None,
        remote: bool = False,
    ) -> None:
        """Read the file's schema.

        Raises:
            ProjectError: It is no Parquet, or lacks a column that the model needs.
        """
        super().__init__(path, file)
        self._check = Check(schema, beside)
        self._parquet = opened_parquet(path, self.file, remote)
        self.names = list(self._parquet.schema_arrow.names)
        self._used = needed(path, self.names, schema, beside)
        self.ignored.update(name for name in self.names if name not in self._used)
        about = self._parquet.metadata
        self._part = part or Part(range(about.num_row_groups), 0)
        self.total = sum(about.row_group(k).num_rows for k in self._part.groups)

    def blocks(self) -> Iterator[Checked]:
        """See `Input.blocks`."""
        for table in self._tables():
            frame = pl.DataFrame(_as_bytes(table.select(self._used)))
            first = self._part.before + self.read + 1
            records = np.arange(first, first + len(table))
            self.read += len(table)
            self.done = self.read
            yield self._check(decoded(frame, False, records, None, []))

    def _tables(self) -> Iterator[pa.Table]:
        """Yield the rows in tables of `ROWS` or, where that is less, about `BLOCK` bytes."""
        if not self.total:
            yield self._parquet.schema_arrow.empty_table()
        pieces: list[pa.RecordBatch] = []
        for piece in self._pieces():
            pieces.append(piece)
            if sum(map(len, pieces)) >= ROWS or sum(each.nbytes for each in pieces) >= BLOCK:
                yield pa.Table.from_batches(pieces)
                pieces = []
        if pieces:
            yield pa.Table.from_batches(pieces)

    def _pieces(self) -> Iterator[pa.RecordBatch]:
        # A name with dots means a nested column to pyarrow, unless the column is a plain one.
        batches = self._parquet.iter_batches(
            batch_size=_PIECE, columns=self._used or None, row_groups=list(self._part.groups)
        )
        while True:
            try:
                batch = next(batches, None)
            except (pa.ArrowException, OSError) as error:
                place = f"after row {self._part.before + self.read:,}"
                raise ProjectError(
                    f"{self.path} is damaged {place}: {_brief(error)}. Nothing was written."
                ) from error
            if batch is None:
                return
            yield batch


def _as_bytes(table: pa.Table) -> pa.Table:
    """Make texts bytes, for nobody has seen yet whether they are UTF-8."""
    for k, field in enumerate(table.schema):
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            column = table.column(k)
            plain = column.cast(kind) if kind != field.type else column
            table = table.set_column(k, field.name, plain.cast(pa.large_binary()))
    return table


def _brief(error: Exception) -> str:
    return str(error).split("\n")[0].rstrip(".")[:200]
