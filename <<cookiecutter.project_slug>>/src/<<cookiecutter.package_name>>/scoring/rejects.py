"""The reasons why records can't be scored."""

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from typing import TextIO

from ..serving.problems import shown


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
