"""Outcomes: a file of IDs and what became of each, record by record."""

import codecs
import csv
import io
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import pyarrow as pa
from pyarrow import parquet
from pydantic_core import from_json

from ..counts import counted
from ..errors import ProjectError
from ..features.missing import MissingTarget
from ..keyed_hash import Hash
from ..progress import advance
from ..scoring.check import pointed_cell
from ..scoring.open_input import plain_text
from ..scoring.read_csv import CsvInput
from ..scoring.run import check_format, opened
from ..scoring.stream import INPUTS
from ..settings import Log
from ..tables.form import AskedForm, Columns, CsvForm, called, said_separator
from .event import entity_id

Pair = tuple[str | None, Any]
"""An entity's ID, if it has one, and its outcome, None where there is none yet."""


def logged_id(log: Log, name: str) -> Callable[[Any], str | None]:
    """Return what turns an ID into the form in which the prediction log has it.

    Raises:
        ProjectError: The log leaves it out.
    """
    way = log.features.get(name, "plain")
    if way == "omitted":
        raise ProjectError(
            f"log.features leaves '{name}' out, and by nothing else can predictions and outcomes "
            "be joined: let it be plain or hashed."
        )
    if way == "plain":
        return entity_id
    hashed = Hash(log.hash_key.get_secret_value() if log.hash_key else "")
    return lambda value: hashed(entity_id(value))


class Outcomes:
    """A file with a column for the ID and one for the target, as the data call them."""

    def __init__(
        self,
        path: Path,
        id_name: str,
        target: str,
        read_id: Callable[[Any], str | None] = entity_id,
        form: AskedForm | None = None,
        classes: Collection[str] = (),
    ) -> None:
        """Read a CSV, Parquet or JSON lines file, by its suffix.

        Args:
            path: The file.
            id_name: The ID's column.
            target: The target's.
            read_id: Turns an ID into the form in which the log has it.
            form: The parts of CSV's form that are said; the others are found.
            classes: The names that the target's classes may have; none of a number, which has a
                decimal sign.

        Raises:
            ProjectError: The suffix is another.
        """
        check_format(path, "OUTCOMES")
        self.path, self.id_name, self.target = path, id_name, target
        self._read_id, self._form = read_id, form or AskedForm()
        self._classes = classes
        self.read = self.unreadable = 0
        self.first_unreadable = ""

    def pairs(self) -> Iterator[Pair]:
        """Yield each record's ID and outcome.

        Raises:
            ProjectError: The file can't be read, or lacks a column.
        """
        suffix = self.path.suffix.lower()
        numbers = set[str]() if self._classes else {self.target}
        is_missing = MissingTarget(self._classes, INPUTS[suffix] is CsvInput)
        expected = Columns(frozenset({self.id_name, self.target}), frozenset(numbers))
        size = self.path.stat().st_size if self.path.is_file() else 0
        with (
            opened(self.path) as raw,
            plain_text(self.path, suffix, raw, self._form, expected) as (file, form),
        ):
            for identity, outcome in self._read(suffix, file, form):
                self.read += 1
                if self.read % 10_000 == 0:
                    advance(file.tell(), size, "bytes")
                yield self._read_id(identity), None if is_missing(outcome) else outcome

    def _read(self, suffix: str, file: BinaryIO, form: CsvForm) -> Iterator[Pair]:
        if INPUTS[suffix] is CsvInput:
            return self._csv(file, form)
        return self._parquet(file) if suffix == ".parquet" else self._json_lines(file)

    def _csv(self, file: BinaryIO, form: CsvForm) -> Iterator[Pair]:
        with io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
            reader = csv.reader(_lines(text), strict=True, delimiter=form.separator)
            try:
                for identity, target in self._rows(reader):
                    comma = not self._classes and form.decimal == ","
                    yield identity, pointed_cell(target) if comma else target
            except (csv.Error, UnicodeDecodeError) as error:
                place = f"{self.path}, after line {reader.line_num:,}"
                raise ProjectError(f"{place}: {error}.") from error

    def _rows(self, reader: Any) -> Iterator[tuple[str, str]]:
        names = called(next(filter(None, reader), []), {self.id_name, self.target})
        identity, target = self._columns(names)
        for cells in reader:
            if len(cells) == len(names):
                yield cells[identity], cells[target]
            elif cells:
                about = f"{counted(len(cells), 'field')}, and the header has {len(names)}"
                self._unreadable(reader.line_num, about)

    def _json_lines(self, file: BinaryIO) -> Iterator[Pair]:
        for number, line in enumerate(file, 1):
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            try:
                record = from_json(line) if line.strip() else None
            except ValueError as error:
                self._unreadable(number, str(error))
                continue
            if isinstance(record, dict):
                if number == 1:
                    self._columns(list(record))
                yield record.get(self.id_name), record.get(self.target)
            elif record is not None:
                self._unreadable(number, "no object")

    def _parquet(self, file: BinaryIO) -> Iterator[Pair]:
        try:
            table = parquet.ParquetFile(file)
            self._columns(table.schema_arrow.names)
            for batch in table.iter_batches(columns=[self.id_name, self.target]):
                columns = (batch[name].to_pylist() for name in (self.id_name, self.target))
                yield from zip(*columns, strict=True)
        except pa.ArrowException as error:
            raise ProjectError(f"{self.path} can't be read as Parquet ({error}).") from error

    def _columns(self, names: list[str]) -> tuple[int, int]:
        """Return the places of the two columns."""
        wanted = {self.id_name: "the ID", self.target: "the target"}
        for name, what in wanted.items():
            if name not in names:
                raise ProjectError(
                    f"{self.path} has no column '{name}', {what} of features.yaml; its columns "
                    f"are: {', '.join(names[:50]) or 'none'}."
                )
        return names.index(self.id_name), names.index(self.target)

    def _unreadable(self, line: int, about: str) -> None:
        self.unreadable += 1
        self.first_unreadable = self.first_unreadable or f"line {line:,}: {about}"


def _lines(text: TextIO) -> Iterator[str]:
    """Yield lines of CSV, an empty one for the one that tells Excel the separator."""
    first = text.readline()
    yield "\n" if said_separator(first) else first
    yield from text
