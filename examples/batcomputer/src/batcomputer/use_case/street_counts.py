"""Counts of street files: each is read, checked and counted, one at a time, and counts add up.

Of a file only the counts of its few hundred combinations are kept, and of any number of files only
their sum, so that memory does not grow with them. A sum is the same in whatever groups and order,
and wherever, the files were counted.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import islice

import polars as pl

from .street_files import StreetFile
from .street_rows import COLUMNS, NOTHING, alike, all_rows, lines, whole_rows

TOGETHER = 64
"""Counts that are added at once; fewer cost time, more cost memory."""


@dataclass
class Street:
    """The content of a file, or the counts of some."""

    rows: pl.DataFrame
    """Columns month ("2018-10"), force, crime and outcome (null for none); counted also count, and
    month is that of the year."""
    read: int = 0
    malformed: int = 0
    notes: list[str] = field(default_factory=list)


def count(file: StreetFile) -> Street:
    """Read a file and keep of its rows only how many are alike; see `added`."""
    street = _street(file, alike)
    return replace(street, rows=_by_month_of_year(street.rows))


def count_all(files: Iterable[StreetFile]) -> Street:
    """Count some files, one after the other."""
    return added(map(count, files))


def added(parts: Iterable[Street]) -> Street:
    """Return the sum of counts of files, or of such sums: counted anywhere, in any groups.

    However many they are, only some are held at a time.
    """
    total, rest = Street(_by_month_of_year(alike(NOTHING))), iter(parts)
    while some := list(islice(rest, TOGETHER)):
        total = _sum([total, *some])
    return total


def _by_month_of_year(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col("month").str.slice(5).cast(pl.Int64))


def _sum(parts: list[Street]) -> Street:
    rows = pl.concat([part.rows for part in parts])
    return Street(
        rows.group_by(list(COLUMNS.values())).agg(pl.col("count").sum()),
        sum(part.read for part in parts),
        sum(part.malformed for part in parts),
        [note for part in parts for note in part.notes],
    )


def read(file: StreetFile) -> Street:
    """Read a file and keep all its rows."""
    return _street(file, lambda rows: rows)


def _street(file: StreetFile, kept: Callable[[pl.DataFrame], pl.DataFrame]) -> Street:
    """Read a file and keep some of its rows; what can't be read is noted by file and line."""
    notes: list[str] = []
    text = _decoded(file, notes)
    if not text or text.isspace():
        return Street(kept(NOTHING), notes=[f"{file} is empty."])
    header = next(csv.reader([BytesIO(text).readline().decode().strip()]))
    if missing := [name for name in COLUMNS if name not in header]:
        note = f"{file}:1 has no column {', '.join(missing)}; the whole file is left out."
        total = lines(text).height - 1
        return Street(kept(NOTHING), total, total, [*notes, note])
    if whole := all_rows(text, len(header), kept):
        return Street(*whole, notes=notes)
    numbered = lines(text)
    rows, malformed = whole_rows(numbered, len(header))
    notes += [f"{file}:{line} is malformed; the row is left out." for line in malformed[:3]]
    if len(malformed) > 3:
        notes.append(f"{file}: {len(malformed) - 3:,} more rows are malformed and left out.")
    return Street(kept(rows), numbered.height - 1, len(malformed), notes)


def _decoded(file: StreetFile, notes: list[str]) -> bytes:
    """Return the content in UTF-8; a file that is not, is taken for Windows' Latin-1."""
    content = file.read().removeprefix(b"\xef\xbb\xbf")
    if b"\n" not in content:  # as old Macs end lines
        content = content.replace(b"\r", b"\n")
    if content.isascii():  # nearly all are, and this is quicker said than read as UTF-8
        return content
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        notes.append(f"{file}:{line} is not UTF-8; the file is read as Latin-1 (cp1252).")
        return content.decode("cp1252", "replace").encode()
    return content
