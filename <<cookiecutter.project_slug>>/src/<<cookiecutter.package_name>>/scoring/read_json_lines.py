"""Read JSON lines: an object a line, in UTF-8, as a client would send it."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl
from pydantic import BaseModel, ValidationError

from ..bundle.schema import Schema
from .check import Checked, converted
from .inputs import Input
from .lines import LONGEST, TOO_LONG, whole_lines
from .rejects import Reject
from .rows import Rows


class JsonLinesInput(Input):
    """A file of JSON lines; empty lines are no records."""

    def __init__(
        self, path: Path, file: BinaryIO, schema: Schema, beside: tuple[str, ...] = ()
    ) -> None:
        """See `Input`."""
        super().__init__(path, file)
        self._schema, self._rows, self._beside = schema, Rows(schema), beside
        self.total = path.stat().st_size
        self._line = 0

    def blocks(self) -> Iterator[Checked]:
        """See `Input.blocks`."""
        for content in whole_lines(self.file):
            yield self._checked(content.split(b"\n")[:-1])

    def _checked(self, content: list[bytes]) -> Checked:
        rows: list[BaseModel] = []
        numbers: list[tuple[int, int]] = []
        rejects: list[Reject] = []
        validate = self._rows.type.model_validate_json
        for text in content:
            self._line += 1
            if not text or text.isspace():
                continue
            self.read += 1
            if len(text) > LONGEST:
                rejects.append(Reject(self.read, self._line, None, TOO_LONG))
                continue
            try:
                row = validate(text)
            except ValidationError as error:
                rejects += self._rows.rejects(error, self.read, self._line, {})
                continue
            rows.append(row)
            numbers.append((self.read, self._line))
            self.ignored.update(set(row.model_extra or ()).difference(self._beside))
        self.done = self.file.tell()
        records, lines = np.array(numbers, np.int64).reshape(-1, 2).T
        beside = {
            name: [(row.model_extra or {}).get(name) for row in rows] for name in self._beside
        }
        return Checked(self._features(rows), self._ids(rows), records, lines, rejects, beside)

    def _features(self, rows: list[BaseModel]) -> pl.DataFrame:
        return pl.DataFrame(
            {
                f"f{k}": pl.Series(
                    [converted(feature.rule, row.__dict__[f"f{k}"]) for row in rows],
                    dtype=pl.Float64 if feature.numeric else pl.String,
                )
                for k, feature in enumerate(self._schema.features)
            }
        ).with_columns(pl.col(pl.String).fill_null(""))

    def _ids(self, rows: list[BaseModel]) -> pl.Series | None:
        if not self._schema.id:
            return None
        return pl.Series([row.__dict__["id"] for row in rows], dtype=pl.String)
