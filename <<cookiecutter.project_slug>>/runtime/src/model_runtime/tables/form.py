"""The form of a CSV file: its encoding, separator and decimal point, found by looking at it."""

import codecs
import csv
import gzip
import io
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from ..errors import ProjectError

SEPARATORS = ",;\t|"
"""Those that are looked for; of equally good ones the first."""

_LOOKED_AT = 2**18
_BLOCK = 2**22
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_COMMA = re.compile(r"[+-]?\d+,\d+")
_POINT = re.compile(r"[+-]?\d*\.\d+")


@dataclass(frozen=True)
class CsvForm:
    """The way in which a CSV file is written."""

    encoding: str = "utf-8"
    separator: str = ","
    decimal: str = "."


def find_form(path: Path, encoding: str = "") -> CsvForm:
    """Look at a CSV file.

    Args:
        path: The file.
        encoding: Python's name for its encoding; left out, it is UTF-8 where it can be, UTF-16 with
            its mark, or else Windows' cp1252, of which most of latin-1 is a part.

    Raises:
        ProjectError: It can't be read, or not by this encoding.
    """
    with opened(path) as file:
        first = file.read(_LOOKED_AT)
    encoding = encoding or next(
        (name for mark, name in _BOMS.items() if first.startswith(mark)), ""
    )
    if encoding:
        _check(path, encoding)
    else:
        encoding = _guessed(path)
    lines = first.decode(encoding, "replace").splitlines(keepends=True)
    if len(first) == _LOOKED_AT:
        lines = lines[:-1]
    separator, rows = max(
        ((separator, _rows(lines, separator)) for separator in SEPARATORS),
        key=lambda found: _regularity(found[1]),
    )
    return CsvForm(encoding, separator, "," if _has_commas(rows, separator) else ".")


def opened(path: Path) -> BinaryIO:
    """Open a file, also one that gzip made.

    Raises:
        ProjectError: It can't be.
    """
    try:
        file = gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # noqa: SIM115
    except OSError as error:
        raise ProjectError(f"{path} can't be read ({error.strerror or error}).") from error
    return cast(BinaryIO, file)


def _check(path: Path, encoding: str) -> None:
    """Refuse an encoding that is none, or is not this file's."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        with opened(path) as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except LookupError as error:
        raise ProjectError(
            f"{encoding} is no encoding that Python knows; say another one, e.g. ENCODING=latin-1."
        ) from error
    except UnicodeError as error:
        raise ProjectError(
            f"{path} is not {encoding} ({error.reason if hasattr(error, 'reason') else error}); "
            "say another encoding, e.g. ENCODING=latin-1."
        ) from error


def _guessed(path: Path) -> str:
    for encoding in ("utf-8", "cp1252"):
        with suppress(ProjectError):
            _check(path, encoding)
            return encoding
    return "latin-1"  # in which each byte is a character


def _rows(lines: list[str], separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(csv.reader(io.StringIO("".join(lines), newline=""), delimiter=separator))
    return [row for row in rows if row]


def _regularity(rows: list[list[str]]) -> tuple[float, int]:
    """Return the share of rows that are as long as most are, and this length; 0 for one column."""
    lengths = Counter(len(row) for row in rows)
    if not lengths:
        return 0.0, 0
    length, count = lengths.most_common(1)[0]
    return (count / len(rows), length) if length > 1 else (0.0, 1)


def _has_commas(rows: list[list[str]], separator: str) -> bool:
    """Tell whether there are numbers with a decimal comma, and none with a point."""
    cells = [cell for row in rows[1:] for cell in row] if separator != "," else []
    return any(map(_COMMA.fullmatch, cells)) and not any(map(_POINT.fullmatch, cells))
