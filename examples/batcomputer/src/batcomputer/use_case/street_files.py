"""Street-level files as data.police.uk publishes them: found, read, checked, counted.

`YYYY-MM/YYYY-MM-<force>-street.csv`, in folders or inside of zip files, one file at a time: of each
only the counts of its few hundred combinations are kept.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import polars as pl

from ..errors import ProjectError

NAME = re.compile(r"(\d{4}-\d{2})/\1-(.+)-street\.csv$")
COLUMNS = {
    "Month": "month",
    "Reported by": "force",
    "Crime type": "crime",
    "Last outcome category": "outcome",
}


@dataclass(frozen=True)
class StreetFile:
    """One month of one force."""

    container: Path
    name: str

    def __str__(self) -> str:
        """Give the path, and inside of a zip the name there."""
        return f"{self.container}{':' if self.container.suffix == '.zip' else '/'}{self.name}"

    @property
    def synthetic(self) -> bool:
        """Whether the records are made up (see synthetic.py)."""
        match = NAME.search(self.name)
        return match is not None and match[2].startswith("synthetic")

    def read(self) -> bytes:
        """Return the file's content; out of a zip without writing it to disk."""
        if self.container.suffix != ".zip":
            return (self.container / self.name).read_bytes()
        return _opened(self.container, self.container.stat().st_mtime_ns).read(self.name)


@lru_cache(maxsize=2)
def _opened(archive: Path, changed: int) -> zipfile.ZipFile:
    """Return an open zip; its table of thousands of files is not read again for each of them."""
    return zipfile.ZipFile(archive)


@dataclass
class Street:
    """What a file holds."""

    rows: pl.DataFrame
    """Columns month ("2018-10"), force, crime and outcome (null for none); counted also count."""
    read: int = 0
    malformed: int = 0
    notes: list[str] = field(default_factory=list)


def find(folder: Path) -> list[StreetFile]:
    """Return the street files in a folder's folders and zips; one that lies there twice once.

    Raises:
        ProjectError: There are none.
    """
    found: dict[str, StreetFile] = {}
    for container, name in _names(folder):
        match = NAME.search(name)
        if match:
            found.setdefault(match[0], StreetFile(container, name))
    if not found:
        raise ProjectError(
            f"{folder} holds no YYYY-MM/YYYY-MM-<force>-street.csv, neither in a folder nor in a "
            "zip. Fetch some (`make data ONLY='2018-10 2018-11'`), put an archive of "
            "data.police.uk there, or make some up (`make data FROM=synthetic`)."
        )
    return [found[name] for name in sorted(found)]


def _names(folder: Path) -> Iterator[tuple[Path, str]]:
    for file in sorted(folder.rglob("*-street.csv")):
        yield folder, file.relative_to(folder).as_posix()
    for archive in sorted(folder.rglob("*.zip")):
        try:
            with zipfile.ZipFile(archive) as opened:
                names = opened.namelist()
        except zipfile.BadZipFile as error:
            raise ProjectError(f"{archive} is no whole zip ({error}); fetch it again.") from error
        for name in names:
            yield archive, name


def count(file: StreetFile) -> Street:
    """Read a file and keep of its rows only how many are alike."""
    street = read(file)
    rows = street.rows.group_by(list(COLUMNS.values())).agg(count=pl.len().cast(pl.Int64))
    return replace(street, rows=rows)


def read(file: StreetFile) -> Street:
    """Read a file; what can't be read is noted by file and line."""
    notes: list[str] = []
    text = _decoded(file, notes)
    if not text.strip():
        return Street(_NOTHING, notes=[f"{file} is empty."])
    header = text.split(b"\n", 1)[0].decode().strip().split(",")
    if missing := [name for name in COLUMNS if name not in header]:
        note = f"{file}:1 has no column {', '.join(missing)}; the whole file is left out."
        total = _lines(text).height - 1
        return Street(_NOTHING, total, total, [*notes, note])
    rows = _all_rows(text, len(header))
    if rows is not None:
        return Street(rows, rows.height, 0, notes)
    lines = _lines(text)
    rows, malformed = _whole_rows(lines, len(header))
    notes += [f"{file}:{line} is malformed; the row is left out." for line in malformed[:3]]
    if len(malformed) > 3:
        notes.append(f"{file}: {len(malformed) - 3:,} more rows are malformed and left out.")
    return Street(rows, lines.height - 1, len(malformed), notes)


_NOTHING = pl.DataFrame(schema=dict.fromkeys(COLUMNS.values(), pl.String))

_SOUND = (
    pl.col("month").str.contains(r"^\d{4}-(0[1-9]|1[0-2])$")
    & pl.col("force").is_not_null()
    & pl.col("crime").is_not_null()
).fill_null(False)


def _decoded(file: StreetFile, notes: list[str]) -> bytes:
    """Return the content in UTF-8; a file that is not, is taken for Windows' Latin-1."""
    content = file.read().removeprefix(b"\xef\xbb\xbf")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        notes.append(f"{file}:{line} is not UTF-8; the file is read as Latin-1 (cp1252).")
        return content.decode("cp1252", "replace").encode()
    return content


def _parsed(text: bytes) -> pl.DataFrame:
    return pl.read_csv(text, columns=list(COLUMNS), infer_schema=False).rename(COLUMNS)


def _all_rows(text: bytes, width: int) -> pl.DataFrame | None:
    """Return the rows of a file in which each is whole; nothing where one is not.

    polars refuses a row with too many fields but fills up one with too few, so the separators are
    counted: as many as whole rows have.
    """
    try:
        rows = _parsed(text)
    except pl.exceptions.PolarsError:
        return None
    quoted = sum(part.count(b",") for part in re.findall(rb'"[^"\n]*"', text))
    whole = text.count(b",") - quoted == (rows.height + 1) * (width - 1)
    return rows if whole and rows.select(_SOUND.all()).item() else None


def _lines(text: bytes) -> pl.DataFrame:
    """Return the lines that are not empty, numbered from 1."""
    lines = pl.read_csv(
        text, has_header=False, separator="\x1f", quote_char=None, new_columns=["text"]
    )
    return lines.with_row_index("line", offset=1).filter(pl.col("text").str.len_bytes() > 0)


def _whole_rows(lines: pl.DataFrame, width: int) -> tuple[pl.DataFrame, list[int]]:
    """Return the rows that are whole, and the numbers of the lines that are not."""
    outside_quotes = pl.col("text").str.replace_all('"[^"]*"', "")
    whole = (outside_quotes.str.count_matches(",", literal=True) == width - 1) & (
        ~outside_quotes.str.contains('"', literal=True)
    )
    kept = lines.filter(whole | (pl.col("line") == lines["line"][0]))
    rows = _parsed(kept["text"].str.join("\n")[0].encode())
    sound = rows.with_columns(line=kept["line"][1:]).filter(_SOUND)
    unsound = lines[1:].join(sound, on="line", how="anti")
    return sound.drop("line"), unsound["line"].to_list()
