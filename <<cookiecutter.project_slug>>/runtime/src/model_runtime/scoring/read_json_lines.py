"""Read JSON lines: an object a line, in UTF-8, as a client would send it."""

from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

import numpy as np
import polars as pl

from ..bundle.schema import Schema
from ..contract.findings import Row
from ..contract.problems import FieldError, Refusal
from ..contract.read_json import demand_once, read_json
from .check import Checked, converted
from .explain import Reject, RowReader
from .inputs import LONGEST, TOO_LONG, Input, size_of, whole_lines


class JsonLinesInput(Input):
    """A file of JSON lines; empty lines are no records."""

    def __init__(
        self, path: object, file: BinaryIO, schema: Schema, beside: tuple[str, ...] = ()
    ) -> None:
        """See `Input`."""
        super().__init__(path, file)
        self._schema, self._rows, self._beside = schema, RowReader(schema), beside
        self.total = size_of(file)
        self._line = 0

    def blocks(self) -> Iterator[Checked]:
        """See `Input.blocks`."""
        for content in chain(whole_lines(self.file), [b""]):
            yield self._checked(content.split(b"\n")[:-1])

    def _checked(self, content: list[bytes]) -> Checked:
        rows: list[Row] = []
        numbers: list[tuple[int, int]] = []
        rejects: list[Reject] = []
        for text in content:
            self._line += 1
            if not text or text.isspace():
                continue
            self.read += 1
            if len(text) > LONGEST:
                rejects.append(Reject(self.read, self._line, None, TOO_LONG))
                continue
            try:
                sent = read_json(text, most_rows=1)
                demand_once(text, len(sent) if isinstance(sent, dict) else 0)
            except Refusal as refusal:
                errors = refusal.errors or [FieldError(reason=refusal.detail)]
                rejects += [Reject(self.read, self._line, e.field, e.reason) for e in errors]
                continue
            row = self._rows.read(sent)
            if row is None:
                rejects += self._rows.rejects(sent, self.read, self._line, {})
                continue
            rows.append(row)
            numbers.append((self.read, self._line))
            self.ignore(each for each in self._rows.unknown(row) if each not in self._beside)
        self.done = self.file.tell()
        records, lines = np.array(numbers, np.int64).reshape(-1, 2).T
        beside = {name: [row.get(name) for row in rows] for name in self._beside}
        return Checked(self._features(rows), self._ids(rows), records, lines, rejects, beside)

    def _features(self, rows: list[Row]) -> pl.DataFrame:
        return pl.DataFrame(
            {
                f"f{k}": pl.Series(
                    [converted(feature.rule, row[feature.name]) for row in rows],
                    dtype=pl.Float64 if feature.numeric else pl.String,
                )
                for k, feature in enumerate(self._schema.features)
            }
        ).with_columns(pl.col(pl.String).fill_null(""))

    def _ids(self, rows: list[Row]) -> pl.Series | None:
        if not self._schema.id:
            return None
        return pl.Series([row[self._schema.id] for row in rows], dtype=pl.String)
