"""Write scored rows as CSV, Parquet or JSON lines, in the API's words."""

from collections.abc import Callable
from typing import BinaryIO, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
from pyarrow import parquet

from ..bundle.read import Bundle
from ..bundle.schema import Schema
from ..errors import ProjectError
from ..tasks import TASKS, class_indices
from .check import Checked


class OutputColumns:
    """The output's columns: the ID, `record`, the answer in the API's words, `model_version`."""

    def __init__(self, bundle: Bundle) -> None:
        """Settle the columns for a bundle.

        Raises:
            ProjectError: The ID has the name of an answer.
        """
        self.schema: Schema = bundle.schema
        self._version = bundle.metadata.version
        self._answers = TASKS[bundle.schema.task].names(bundle.schema.flags)
        theirs = [*self._answers, *([self.schema.id] if self.schema.id else [])]
        if len(set(theirs)) < len(theirs):
            raise ProjectError(
                f"'{self.schema.id}' is the ID's name in features.yaml and that of an answer; the "
                "output can't have two columns of one name. Rename one and train again "
                "(`make train`)."
            )
        self._record, self._class, self._model = (
            _free(name, theirs) for name in ("record", "class_name", "model_version")
        )

    def frame(self, block: Checked, outputs: npt.NDArray[np.float64]) -> pl.DataFrame:
        """Return the output of a block's rows."""
        found = {} if block.ids is None else {str(self.schema.id): block.ids}
        found[self._record] = pl.Series(block.records)
        if self.schema.classes:
            names = pl.Series(self.schema.classes, dtype=pl.String)
            found[self._class] = names.gather(class_indices(outputs))
        for k, name in enumerate(self._answers):
            found[name] = pl.Series(outputs[:, k])
        return pl.DataFrame(found).with_columns(pl.lit(self._version).alias(self._model))


def class_column(schema: Schema) -> str:
    """Return the name of the column with the class, which no flag has."""
    return _free("class_name", TASKS[schema.task].names(schema.flags))


def _free(name: str, taken: list[str]) -> str:
    """Return a name that is not taken: the given one, with as many underscores as that needs."""
    return _free(f"{name}_", taken) if name in taken else name


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
