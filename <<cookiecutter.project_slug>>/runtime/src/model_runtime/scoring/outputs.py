"""Write scored rows as CSV, Parquet or JSON lines."""

from collections.abc import Callable
from typing import BinaryIO, Protocol

import polars as pl
from pyarrow import parquet


class Output(Protocol):
    """Writes frames of the same columns, one after the other."""

    def write(self, frame: pl.DataFrame) -> None:
        """Write some rows; the first call, which may have none, settles the columns."""
        ...

    def close(self) -> None:
        """Finish; the file stays open."""
        ...


class CsvOutput:
    """CSV with a header."""

    def __init__(self, file: BinaryIO) -> None:
        """Write to a file."""
        self._file, self._begun = file, False

    def write(self, frame: pl.DataFrame) -> None:
        """See `Output.write`."""
        frame.write_csv(self._file, include_header=not self._begun)
        self._begun = True

    def close(self) -> None:
        """See `Output.close`."""


class JsonLinesOutput:
    """An object a line."""

    def __init__(self, file: BinaryIO) -> None:
        """Write to a file."""
        self._file = file

    def write(self, frame: pl.DataFrame) -> None:
        """See `Output.write`."""
        frame.write_ndjson(self._file)

    def close(self) -> None:
        """See `Output.close`."""


class ParquetOutput:
    """Parquet, a row group for each block."""

    def __init__(self, file: BinaryIO) -> None:
        """Write to a file."""
        self._file = file
        self._writer: parquet.ParquetWriter | None = None

    def write(self, frame: pl.DataFrame) -> None:
        """See `Output.write`."""
        table = frame.to_arrow()
        if self._writer is None:
            self._writer = parquet.ParquetWriter(self._file, table.schema)
        if len(table):
            self._writer.write_table(table)

    def close(self) -> None:
        """See `Output.close`."""
        if self._writer is not None:
            self._writer.close()


OUTPUTS: dict[str, Callable[[BinaryIO], Output]] = {
    ".csv": CsvOutput,
    ".parquet": ParquetOutput,
    ".jsonl": JsonLinesOutput,
    ".ndjson": JsonLinesOutput,
}
