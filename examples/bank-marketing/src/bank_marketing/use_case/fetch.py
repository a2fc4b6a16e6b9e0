"""Fetch the calls as the UCI repository publishes them, or any table of the same columns.

A table is text with a header, its columns divided by `;` or `,`; or a zip of one, or of such zips.
"""

import csv
import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from model_runtime import download

SOURCE = "https://archive.ics.uci.edu/static/public/222/bank+marketing.zip"
"""Licence: CC BY 4.0."""

WANTED = "bank-additional-full.csv"
COLUMNS = {"age", "duration", "emp.var.rate", "y"}
"""Some of the columns: who has them has a table of this kind."""


def fetch_calls(source: str | None, target: Path) -> Path:
    """Put a table of calls in its place and return it.

    Args:
        source: An address or a path of a csv or a zip; left out, the UCI repository's.
        target: The file to write.

    Raises:
        ProjectError: The source can't be had or holds no such table.
    """
    address = source or SOURCE
    came = download(address, target.parent / "download" / Path(address).name, check=_nothing_in)
    try:
        tables = dict(_tables(came.name, came.read_bytes()))
        # Of the two in UCI's zip the full one; the other is a tenth of it.
        name = next((name for name in tables if name.endswith(WANTED)), next(iter(tables)))
        beside = target.with_name(f"{target.name}.part")
        beside.write_bytes(tables[name])
        return beside.rename(target)
    finally:
        shutil.rmtree(came.parent)


def read_calls(file: Path, n_rows: int | None = None) -> pd.DataFrame:
    """Read a table; 'None' or 'nan' would be a label like any other, an empty cell is missing."""
    divider = _divider(file.read_bytes()[:4096])
    return pd.read_csv(file, sep=divider, nrows=n_rows, keep_default_na=False, na_values=[""])


def _nothing_in(file: Path) -> str | None:
    try:
        found = any(True for _ in _tables(file.name, file.read_bytes()))
    except zipfile.BadZipFile as error:
        return f"it is no whole zip ({error})"
    return None if found else f"it holds no table with the columns {', '.join(sorted(COLUMNS))}"


def _tables(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each table of calls, also out of zips in zips."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                if inner.endswith((".csv", ".zip")) and not Path(inner).name.startswith("."):
                    yield from _tables(inner, archive.read(inner))
    elif set(_header(content)) >= COLUMNS:
        yield name, content


def _header(content: bytes) -> list[str]:
    line = content[:4096].decode("utf-8", "replace").removeprefix("\ufeff").splitlines()[:1]
    return next(csv.reader(line, delimiter=_divider(content)), [])


def _divider(content: bytes) -> str:
    line = content.split(b"\n", 1)[0]
    return ";" if line.count(b";") > line.count(b",") else ","
