"""The form of a CSV file: its encoding, separator and decimal point, found by looking at it."""

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..blanks import BLANKS
from ..errors import ProjectError
from .found_encoding import LOOKED_AT, check_encoding, guessed, likely, marked, opened
from .no_text import demand_table

SEPARATORS = ",;\t|"
"""Those that are looked for; of equally good ones the first."""

_UTF8 = ("utf-8", "utf-8-sig")
_SURE = (
    r"(?![+-]?[1-9]\d{{0,2}}{sign}\d{{3}}\Z)"
    r"[+-]?(?:\d*|[1-9]\d{{0,2}}(?:{other}\d{{3}})+){sign}\d+(?:[eE][+-]?\d+)?"
    r"|[+-]?[1-9]\d{{0,2}}(?:{other}\d{{3}}){{2,}}"
)
"""A number whose decimal sign is known: that of 1,000 may group thousands as well, but 0,125 has
none of these, in 1.234,50 it is the last sign, and in 1.234.567 it is not the one that groups."""

_COMMA = re.compile(_SURE.format(sign=",", other=r"\."))
_POINT = re.compile(_SURE.format(sign=r"\.", other=","))
_THOUSANDTHS = {",": re.compile(r"[+-]?\d+,\d{3}"), ".": re.compile(r"[+-]?\d+\.\d{3}")}

_SAID = re.compile('\ufeff?"?sep=([ !#-/:-@[-`{-~\\t])"?(?:\\r\\n|\\r|\\n)', re.IGNORECASE)
"""A line before the header that tells Excel the separator."""

MARK = 64
"""Bytes that show such a line, or a mark of an encoding or of another format."""

_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs"}


@dataclass(frozen=True)
class CsvForm:
    """The way in which a CSV file is written."""

    encoding: str = "utf-8"
    separator: str = ","
    decimal: str = "."

    def __str__(self) -> str:
        """Return it in words."""
        between = _WORDS.get(self.separator, f"'{self.separator}'")
        return f"{self.encoding}, {between} between fields, '{self.decimal}' in numbers"

    @property
    def plain(self) -> bool:
        """True where it is UTF-8 with commas and decimal points."""
        return self.encoding.lower() in _UTF8 and (self.separator, self.decimal) == (",", ".")

    @property
    def told(self) -> str:
        """It in words, and how to say another."""
        return f"{self}; ENCODING, SEPARATOR, DECIMAL say another"


@dataclass(frozen=True)
class AskedForm:
    """The parts of a form that are said; those that are empty are found by looking."""

    encoding: str = ""
    separator: str = ""
    decimal: str = ""

    def __post_init__(self) -> None:
        """Take "tab" for a tab.

        Raises:
            ProjectError: A part is none that CSV can have.
        """
        if self.separator in ("tab", "\\t"):
            object.__setattr__(self, "separator", "\t")
        wrong = len(self.separator) > 1 or not self.separator.isascii()
        if wrong or (self.separator and self.separator in '"\r\n' + self.decimal):
            raise ProjectError(
                f"SEPARATOR is '{self.separator}'; it is one sign, such as ',', ';', '|' or tab, "
                "and not the decimal one."
            )
        if self.decimal not in ("", ".", ","):
            raise ProjectError(f"DECIMAL is '{self.decimal}'; it is '.' or ','.")

    @property
    def said(self) -> dict[str, str]:
        """The parts that are said, by name."""
        return {name: part for name, part in vars(self).items() if part}


@dataclass(frozen=True)
class Columns:
    """The columns that a file is expected to have, and those of them that are numbers."""

    names: frozenset[str]
    numbers: frozenset[str]


def find_form(path: Path, asked: AskedForm | None = None) -> CsvForm:
    """Look at a CSV file; its encoding is sought in all of it.

    Args:
        path: The file.
        asked: The parts that are said. An encoding that isn't is UTF-8 where it can be, UTF-16
            by its mark or zeros, or else Windows' cp1252, of which most of latin-1 is a part.

    Raises:
        ProjectError: It can't be read, or not by this encoding.
    """
    asked = asked or AskedForm()
    with opened(path) as file:
        first = file.read(LOOKED_AT)
    demand_table(path, first, asked.encoding)
    encoding = asked.encoding or marked(first)
    if encoding:
        check_encoding(path, encoding)
    else:
        encoding = guessed(path)
    return _form(first, replace(asked, encoding=encoding), None)


def form_of(first: bytes, asked: AskedForm, columns: Columns) -> CsvForm:
    """Return the form of a CSV file that is expected to have some columns.

    Commas are taken where no other separator makes more of these names of the header. Then the
    decimal sign is a point, for a comma might group thousands; after other separators it is the one
    that is in the columns of numbers.

    Args:
        first: The file's first `LOOKED_AT` bytes.
        asked: The parts that are said.
        columns: The expected columns.
    """
    encoding = asked.encoding or marked(first) or likely(first)
    return _form(first, replace(asked, encoding=encoding), columns)


def said_separator(text: str) -> str:
    """Return the separator that a line before the header says (sep=;), empty without such."""
    said = _SAID.match(text)
    return said[1] if said else ""


def called(header: Iterable[str], known: Collection[str]) -> list[str]:
    """Return the names of a header's columns, known ones without the blanks that are around them.

    A name that is known with its blanks, or that another column has without, stays as it is.
    """
    header = [*header]
    bare = [name.strip(BLANKS) for name in header]
    return [
        name if name in known or short not in known or short in header else short
        for name, short in zip(header, bare, strict=True)
    ]


def _form(first: bytes, asked: AskedForm, columns: Columns | None) -> CsvForm:
    try:
        text = first.decode(asked.encoding, "replace")
    except LookupError:  # whoever decodes the file tells it
        return CsvForm(asked.encoding, asked.separator or ",", asked.decimal or ".")
    said = said_separator(text)
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)[1 if said else 0 :]
    if len(first) == LOOKED_AT:
        lines = lines[:-1]
    separator = asked.separator or said or _separator(lines, columns)
    decimal = asked.decimal or _decimal(lines, separator, columns)
    return CsvForm(asked.encoding, separator, decimal)


def _separator(lines: list[str], columns: Columns | None) -> str:
    if columns:
        headers = {each: called(_header(lines, each), columns.names) for each in SEPARATORS}
        known = {each: len(columns.names.intersection(names)) for each, names in headers.items()}
        if any(known.values()):
            return max(SEPARATORS, key=lambda each: known[each])
    return max(SEPARATORS, key=lambda each: _regularity(list(_rows(lines, each))))


def _decimal(lines: list[str], separator: str, columns: Columns | None) -> str:
    """Return the sign that numbers have for sure; a point where they contradict each other.

    Where all numbers are such as 1,000 it is a comma, if there is none such as 1.000.
    """
    if separator == ",":
        return "."
    header, *rows = [*_rows(lines, separator)] or [[]]
    header = called(header, columns.names) if columns else header
    places = {k for k, name in enumerate(header) if not columns or name in columns.numbers}
    cells = [cell for row in rows for k, cell in enumerate(row) if k in places or not columns]
    cells = [cell.strip(BLANKS) for cell in cells]
    comma, point = (any(map(sure.fullmatch, cells)) for sure in (_COMMA, _POINT))
    if not (comma or point):
        comma, point = (any(map(_THOUSANDTHS[sign].fullmatch, cells)) for sign in ",.")
    return "," if comma and not point else "."


def _rows(lines: list[str], separator: str) -> Iterator[list[str]]:
    rows = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=separator)
    while True:
        try:
            if row := next(rows):
                yield row
        except csv.Error:  # a field that is too long: the rows after it tell as much
            continue
        except StopIteration:
            return


def _header(lines: list[str], separator: str) -> list[str]:
    return next(_rows(lines, separator), [])


def _regularity(rows: list[list[str]]) -> tuple[float, int]:
    """Return the share of rows that are as long as most are, and this length; 0 for one column."""
    lengths = Counter(len(row) for row in rows)
    if not lengths:
        return 0.0, 0
    length, count = lengths.most_common(1)[0]
    return (count / len(rows), length) if length > 1 else (0.0, 1)
