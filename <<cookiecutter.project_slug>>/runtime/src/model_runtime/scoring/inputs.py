"""The base of the readers of all formats, and what they share."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

import numpy as np
import polars as pl

from ..bundle.schema import Schema
from ..errors import ProjectError
from ..tables.form import CsvForm
from .check import Checked, Numbers, Raw
from .explain import Reject, short

BLOCK = 4 * 1024 * 1024
"""Bytes that are read at once."""

LONGEST = 1024 * 1024
"""Bytes that a record may have; longer ones are rejected, for memory has to end somewhere."""

TOO_LONG = f"is longer than {LONGEST:,} bytes"

NOT_UTF8 = "is not UTF-8 (a file in another encoding: ENCODING=latin-1, for example)"

_MOST_IGNORED = 1_000


class Input(ABC):
    """A file whose records are read in blocks.

    `read` counts the records so far; `done` of `total` says how far that is, in bytes or rows.
    `names` are those of the columns, where the file has such; `ignored` are the names that the
    model does not know; `form` is that of CSV.
    """

    names: list[str] | None = None
    form: CsvForm | None = None

    def __init__(self, path: object, file: BinaryIO) -> None:
        """Read an open file that messages call by its path or address."""
        self.path, self.file = path, file
        self.read = self.done = self.total = 0
        self.ignored: set[str] = set()

    def ignore(self, names: Iterable[str]) -> None:
        """Note names that the model does not know, as long as there is room for them."""
        if len(self.ignored) < _MOST_IGNORED:
            self.ignored.update(islice(names, _MOST_IGNORED))

    @abstractmethod
    def blocks(self) -> Iterator[Checked]:
        """Yield all records, checked, in the file's order."""


def size_of(file: BinaryIO) -> int:
    """Return the bytes of an open file that is read from its begin."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size


def whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the file's bytes in blocks that end with a line feed, the last one's added if need be.

    A byte order mark at the begin is left out. Of a line that does not fit into a block, no more
    than is needed to see that it is longer than `LONGEST` is kept.
    """
    rest = file.read(3).removeprefix(b"\xef\xbb\xbf")
    while chunk := file.read(BLOCK):
        content = rest + chunk
        end = content.rfind(b"\n") + 1
        if end:
            yield content[:end]
        rest = content[end:]
        if len(rest) > LONGEST:
            rest = rest[: LONGEST + 1]
    if rest:
        yield rest + b"\n"


def known_names(schema: Schema, beside: tuple[str, ...]) -> list[str]:
    """Return the names that columns of an input may have: features, ID, others beside."""
    return [*(each.name for each in schema.features), *filter(None, [schema.id]), *beside]


def needed(path: object, names: list[str], schema: Schema, beside: tuple[str, ...]) -> list[str]:
    """Return those columns of an input that are used: the features', the ID, and those beside.

    Raises:
        ProjectError: One is missing that the model needs, or one stands twice.
    """
    known = known_names(schema, beside)
    features = {feature.name: feature.optional for feature in schema.features}
    lacking = [name for name, optional in features.items() if not optional and name not in names]
    if lacking := lacking or ([] if set(features) & set(names) else list(features)):
        found = ", ".join(_printable(short(name)) for name in names[:50]) or "none"
        raise ProjectError(
            f"{path} lacks the columns {', '.join(lacking)}; its columns are: {found}. "
            "Name them as features.yaml does (in CSV, the first line names them; SEPARATOR says "
            "which sign is between them)."
        )
    if twice := [name for name in known if names.count(name) > 1]:
        raise ProjectError(f"{path} has two columns named {twice[0]}; remove or rename one.")
    return [name for name in known if name in names]


def _printable(text: str) -> str:
    """Return a text whose control characters, which a terminal would obey, are written out."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def decoded(
    frame: pl.DataFrame,
    texts: bool,
    records: Numbers,
    lines: Numbers | None,
    rejects: list[Reject],
) -> Raw:
    """Turn columns of bytes into texts; rows whose bytes are no UTF-8 are rejected."""
    broken = np.zeros(len(frame), bool)
    found = list(rejects)
    for column in frame:
        if column.dtype != pl.Binary:
            continue
        text, wrong = _text(column)
        frame = frame.with_columns(text)
        broken[wrong] = True
        for k in wrong:
            line = None if lines is None else int(lines[k])
            value = short(column[k].decode("utf-8", "backslashreplace"))
            found.append(Reject(int(records[k]), line, column.name, NOT_UTF8, value))
    kept = ~broken
    return Raw(
        frame.filter(pl.Series(kept)) if broken.any() else frame,
        texts,
        records[kept],
        None if lines is None else lines[kept],
        found,
    )


def _text(column: pl.Series) -> tuple[pl.Series, list[int]]:
    """Return a column of bytes as texts, and the rows where that can't be."""
    try:
        return column.cast(pl.String), []
    except pl.exceptions.PolarsError:
        texts = [_utf8(value) for value in column]
        wrong = [k for k, text in enumerate(texts) if text is None and column[k] is not None]
        return pl.Series(column.name, texts, dtype=pl.String), wrong


def _utf8(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None
