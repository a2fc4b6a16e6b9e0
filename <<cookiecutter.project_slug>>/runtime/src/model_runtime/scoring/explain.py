"""The reasons why records can't be scored, in the API's words."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from itertools import islice
from typing import Any, TextIO

from ..bundle.schema import Schema
from ..contract.findings import Finding, RowType
from ..contract.problems import MOST_ERRORS, shown

MOST_LIKENED = 1_000
"""Different values of a run for which like labels are looked up: more than a person reads."""


@dataclass(frozen=True)
class Reject:
    """One finding about one record; a record may have several."""

    record: int
    line: int | None
    field: str | None
    reason: str
    value: str = ""
    allowed: str = ""


class RejectsFile:
    """Writes findings as CSV and counts the records that have some."""

    def __init__(self, file: TextIO) -> None:
        """Begin with the header."""
        self.records = 0
        self._writer = csv.writer(file)
        self._writer.writerow(field.name for field in fields(Reject))

    def add(self, rejects: Iterable[Reject]) -> None:
        """Write the findings about some records, all of each, in the records' order."""
        found = sorted(rejects, key=lambda reject: reject.record)
        self.records += len({reject.record for reject in found})
        self._writer.writerows(astuple(reject) for reject in found)


def short(value: object) -> str:
    """Return a value as a reject repeats it."""
    return "" if value is None else str(shown(value))


_latest: list[tuple[Schema, RowType]] = []


def _row_type(schema: Schema) -> RowType:
    """Return a row's type, that of the schema before again: of small files it is half the time."""
    for known, made in _latest:
        if known is schema:
            return made
    made = RowType(schema, others=True)
    _latest[:] = [(schema, made)]
    return made


class RowReader:
    """Reads one row at a time as the API does, but lets unknown fields pass; says what is wrong."""

    def __init__(self, schema: Schema) -> None:
        """Make the row's type from a bundle's schema."""
        self._type = _row_type(schema)
        self.read, self.unknown = self._type.read, self._type.unknown
        self._allowed: dict[tuple[str | None, str], str] = {}

    def rejects(
        self, row: Any, record: int, line: int | None, sent: Mapping[str, Any]
    ) -> list[Reject]:
        """Say what is wrong with a row in the API's words.

        Args:
            row: As a client would send it.
            record: The row's number.
            line: The line on which it begins.
            sent: The row's values as the input has them, where they are known.
        """
        return [
            Reject(
                record,
                line,
                found.field,
                found.reason,
                short(sent.get(found.field or "", found.value)),
                self._allowed_for(found),
            )
            for found in islice(self._type.findings(row), MOST_ERRORS)
        ]

    def _allowed_for(self, found: Finding) -> str:
        if not found.among:
            return ""
        key = (found.field, str(shown(found.word)))
        if key not in self._allowed and len(self._allowed) < MOST_LIKENED:
            like = found.among.like(key[1])
            others = len(found.among) - len(like)
            more = [f"and {others:,} more"] if like and others else []
            self._allowed[key] = ", ".join([*like, *more])
        return self._allowed.get(key, "")
