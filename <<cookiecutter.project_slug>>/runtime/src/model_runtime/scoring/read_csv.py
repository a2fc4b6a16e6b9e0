"""Read CSV in UTF-8: a header, one record a line unless a quoted cell has line feeds."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import BinaryIO

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from ..bundle.schema import Schema
from ..counts import counted
from ..errors import ProjectError
from ..tables.form import MARK, CsvForm, called, said_separator
from .check import Check, Checked, Numbers, Raw
from .csv_records import Grammar, Records, records
from .explain import Reject
from .inputs import NOT_UTF8, Input, decoded, known_names, needed, size_of, whole_lines


class CsvInput(Input):
    """A CSV file; an empty cell is a missing value."""

    names: list[str]
    form: CsvForm

    def __init__(
        self,
        path: object,
        file: BinaryIO,
        schema: Schema,
        beside: tuple[str, ...] = (),
        form: CsvForm | None = None,
    ) -> None:
        """Read the header; of the form, the separator and the decimal sign count here.

        Raises:
            ProjectError: There is no header, or it lacks a column that the model needs.
        """
        super().__init__(path, file)
        self.form = form or CsvForm()
        self._grammar = Grammar(self.form.separator)
        self._check = Check(schema, beside)
        self.total = size_of(file)
        self._blocks = whole_lines(self.file)
        first = next(self._blocks, b"")
        begin = first.index(b"\n") + 1 if said_separator(first[:MARK].decode("latin-1")) else 0
        empty = len(first) - len(first[begin:].lstrip(b"\r\n"))
        header = self._grammar.record.match(first, empty)
        if not header or not header[0].strip():
            raise ProjectError(f"{path} has no header of CSV: its first line names the columns.")
        names = _names(path, header[0], self.form.separator)
        self.names = called(names, known_names(schema, beside))
        self._used = needed(path, self.names, schema, beside)
        self.ignored.update(name for name in self.names if name not in self._used)
        self._blocks = chain([first[header.end() :]], self._blocks)
        self._line = 1 + first.count(b"\n", 0, header.end())

    def blocks(self) -> Iterator[Checked]:
        """See `Input.blocks`."""
        for found in records(self._blocks, self._line, self._grammar):
            yield self._check(self._raw(found))

    def _raw(self, found: Records) -> Raw:
        table, lines, misfits = self._table(found)
        bad = sorted([*found.spoilt, *misfits])
        bad_lines = np.array([line for line, _ in bad], np.int64)
        # Good and bad lines are numbered together, in the file's order.
        numbers = self.read + 1 + np.arange(len(lines)) + np.searchsorted(bad_lines, lines)
        bad_numbers = self.read + 1 + np.arange(len(bad)) + np.searchsorted(lines, bad_lines)
        self.read += len(lines) + len(bad)
        self.done = self.file.tell()
        rejects = [
            Reject(int(number), line, None, reason)
            for number, (line, reason) in zip(bad_numbers, bad, strict=True)
        ]
        raw = decoded(table, True, numbers, lines, rejects)
        return replace(raw, decimal=self.form.decimal)

    def _table(self, found: Records) -> tuple[pl.DataFrame, Numbers, list[tuple[int, str]]]:
        """Return the used cells as bytes, each row's line, and the lines with other fields."""
        misfits: dict[int, int] = {}

        def misfit(row: arrow_csv.InvalidRow) -> str:
            misfits[row.number - 1] = row.actual_columns
            return "skip"

        if not found.content:
            return pl.DataFrame(schema=dict.fromkeys(self._used, pl.Binary)), found.lines, []
        columns = [f"{k}" for k in range(len(self.names))]
        used = {columns[self.names.index(name)]: name for name in self._used}
        table = arrow_csv.read_csv(
            io.BytesIO(found.content),
            arrow_csv.ReadOptions(
                use_threads=False, block_size=len(found.content) + 1, column_names=columns
            ),
            arrow_csv.ParseOptions(
                delimiter=self.form.separator,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=misfit,
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(used, pa.binary()),
                include_columns=list(used),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
        kept = np.ones(len(found.lines), bool)
        kept[list(misfits)] = False
        if len(table) != kept.sum():
            raise RuntimeError(f"{len(table)} of {kept.sum()} rows were parsed in {self.path}")
        wanted = counted(len(self.names), "field")
        reasons = [
            (int(found.lines[k]), f"has {counted(count, 'field')}, and the header has {wanted}")
            for k, count in misfits.items()
        ]
        frame = pl.DataFrame(table.rename_columns(list(used.values())))
        return frame, found.lines[kept], reasons


def _names(path: object, header: bytes, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(header.decode(), newline=""), delimiter=separator))
    except UnicodeDecodeError as error:
        raise ProjectError(f"{path}: the header {NOT_UTF8}: {error}.") from error
    except csv.Error as error:
        raise ProjectError(
            f"{path}: a name in the header has more than {csv.field_size_limit():,} characters; "
            "the first line of CSV names the columns."
        ) from error
