"""Pieces of the work: a file, or some row groups of a large Parquet file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ...errors import ProjectError
from ..read_parquet import Part, opened_parquet
from .found import InputFile, suffix_of
from .place import Place

LARGE = 64 * 1024 * 1024
"""Bytes from which a Parquet file may be cut; about as many become a piece."""

_NUMBERED = re.compile(r"(.*)-([0-9]{5,})(\.[^./]*)", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A file or a part of it, and where its rows go, below OUTPUT."""

    file: InputFile
    target: str
    output: Place
    part: Part | None = None
    size: int = 0

    @property
    def suffix(self) -> str:
        """The suffix of its format."""
        return suffix_of(self.file.place.path)

    def made_of(self) -> dict[str, Any]:
        """Return what its rows are made of, the model apart."""
        groups = [self.part.groups.start, self.part.groups.stop] if self.part else None
        return {
            "input": self.file.place.name,
            "mark": self.file.mark,
            "groups": groups,
            "before": self.part.before if self.part else 0,
        }


@dataclass(frozen=True)
class Done:
    """A finished piece's counts."""

    read: int
    scored: int
    rejected: int
    ignored: tuple[str, ...]
    seconds: float = 0.0

    def fields(self) -> dict[str, Any]:
        """Return them for a record."""
        return asdict(self) | {"ignored": list(self.ignored)}


def cut(files: Iterable[InputFile], output: Place) -> Iterator[Piece]:
    """Cut files into pieces, one after the other as they are asked for.

    Raises:
        ProjectError: A large file is no whole Parquet file.
    """
    for file in files:
        yield from _cut(file, output)


def _cut(file: InputFile, output: Place) -> Iterator[Piece]:
    parts = _parts(file) if _may_be_cut(file) else []
    if len(parts) < 2:
        yield Piece(file, file.relative, output, None, file.size)
        return
    for k, (part, size) in enumerate(parts, 1):
        yield Piece(file, numbered(file.relative, k), output, part, size)


def numbered(relative: str, k: int) -> str:
    """Return the path of a file's piece: `x-00001.parquet`."""
    stem, dot, suffix = relative.rpartition(".")
    return f"{stem}-{k:05}{dot}{suffix}"


def _may_be_cut(file: InputFile) -> bool:
    return file.size > LARGE and suffix_of(file.place.path) == ".parquet"


def _parts(file: InputFile) -> list[tuple[Part, int]]:
    """Return consecutive row groups of about `LARGE` bytes, with their bytes."""
    with file.place.open("none") as content:
        about = opened_parquet(file.place.name, content, not file.place.local).metadata
        groups = [about.row_group(k) for k in range(about.num_row_groups)]
        sizes = [
            (sum(g.column(c).total_compressed_size for c in range(g.num_columns)), g.num_rows)
            for g in groups
        ]
    parts, start, before, size, rows = [], 0, 0, 0, 0
    for k, (more, count) in enumerate(sizes):
        size, rows = size + more, rows + count
        if size >= LARGE or k == len(sizes) - 1:
            parts.append((Part(range(start, k + 1), before), size))
            start, before, size, rows = k + 1, before + rows, 0, 0
    return parts


def check_targets(files: list[InputFile]) -> None:
    """See that no two pieces go to one file.

    Raises:
        ProjectError: They do; it names both inputs.
    """
    taken: dict[str, InputFile] = {}
    for file in files:
        if file.relative in taken:
            raise _clash(taken[file.relative], file, file.relative)
        taken[file.relative] = file
    for other in files:
        found = _NUMBERED.fullmatch(other.relative)
        cut_file = taken.get(f"{found[1]}{found[3]}") if found else None
        if found and cut_file and _may_be_cut(cut_file):
            parts = len(_parts(cut_file))
            if parts > 1 and int(found[2]) in range(1, parts + 1):
                raise _clash(cut_file, other, other.relative)


def _clash(one: InputFile, other: InputFile, target: str) -> ProjectError:
    return ProjectError(
        f"{one.place.name} and {other.place.name} would both be scored to {target} in OUTPUT; "
        "rename one, or score them apart."
    )
