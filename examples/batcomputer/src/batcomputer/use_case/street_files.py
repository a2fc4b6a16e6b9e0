"""Street-level files as data.police.uk publishes them: found, read, checked, counted.

`YYYY-MM/YYYY-MM-<force>-street.csv`, in folders or inside of zip files, one file at a time: of each
only the counts of its few hundred combinations are kept.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
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
        with zipfile.ZipFile(self.container) as archive:
            return archive.read(self.name)


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
    lines = pl.read_csv(
        text, has_header=False, separator="\x1f", quote_char=None, new_columns=["text"]
    ).with_row_index("line", offset=1)
    lines = lines.filter(pl.col("text").str.len_bytes() > 0)
    header = lines.row(0)[1].removeprefix("\ufeff").split(",")
    total = lines.height - 1
    if missing := [name for name in COLUMNS if name not in header]:
        note = f"{file}:1 has no column {', '.join(missing)}; the whole file is left out."
        return Street(_NOTHING, total, total, [*notes, note])
    rows, malformed = _rows(lines, len(header))
    notes += [f"{file}:{line} is malformed; the row is left out." for line in malformed[:3]]
    if len(malformed) > 3:
        notes.append(f"{file}: {len(malformed) - 3:,} more rows are malformed and left out.")
    return Street(rows, total, len(malformed), notes)


_NOTHING = pl.DataFrame(schema=dict.fromkeys(COLUMNS.values(), pl.String))


def _decoded(file: StreetFile, notes: list[str]) -> bytes:
    """Return the content in UTF-8; a file that is not, is taken for Windows' Latin-1."""
    content = file.read()
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        notes.append(f"{file}:{line} is not UTF-8; the file is read as Latin-1 (cp1252).")
        return content.decode("cp1252", "replace").encode()
    return content


def _rows(lines: pl.DataFrame, width: int) -> tuple[pl.DataFrame, list[int]]:
    """Return the rows that are whole, and the numbers of the lines that are not."""
    outside_quotes = pl.col("text").str.replace_all('"[^"]*"', "")
    whole = (outside_quotes.str.count_matches(",", literal=True) == width - 1) & (
        ~outside_quotes.str.contains('"', literal=True)
    )
    kept = lines.filter(whole | (pl.col("line") == lines["line"][0]))
    text = kept["text"].str.join("\n")[0].encode()
    rows = pl.read_csv(text, columns=list(COLUMNS), infer_schema=False).rename(COLUMNS)
    rows = rows.with_columns(line=kept["line"][1:])
    sound = pl.col("month").str.contains(r"^\d{4}-(0[1-9]|1[0-2])$") & (
        pl.col("force").is_not_null() & pl.col("crime").is_not_null()
    )
    sound_rows = rows.filter(sound.fill_null(False))
    unsound = lines[1:].join(sound_rows, on="line", how="anti")
    return sound_rows, unsound["line"].to_list()
