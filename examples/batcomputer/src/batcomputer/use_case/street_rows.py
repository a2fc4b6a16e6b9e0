"""The rows of a street-level file: those that are whole, and the numbers of the others' lines."""

import re
from collections.abc import Callable

import numpy as np
import polars as pl

COLUMNS = {
    "Month": "month",
    "Reported by": "force",
    "Crime type": "crime",
    "Last outcome category": "outcome",
}

NOTHING = pl.DataFrame(schema=dict.fromkeys(COLUMNS.values(), pl.String))

_SOUND = (
    pl.col("month").str.contains(r"^\d{4}-(0[1-9]|1[0-2])$")
    & pl.col("force").is_not_null()
    & pl.col("crime").is_not_null()
).fill_null(False)


def _parsed(text: bytes) -> pl.DataFrame:
    # On one thread: other files are read at the same time.
    rows = pl.read_csv(text, columns=list(COLUMNS), infer_schema=False, n_threads=1)
    return rows.rename(COLUMNS)


def alike(rows: pl.DataFrame) -> pl.DataFrame:
    """Return each combination of a file's values once, and how many rows have it."""
    return rows.group_by(list(COLUMNS.values())).agg(count=pl.len().cast(pl.Int64))


def all_rows(
    text: bytes, width: int, kept: Callable[[pl.DataFrame], pl.DataFrame]
) -> tuple[pl.DataFrame, int] | None:
    """Return what is kept of a file's rows, and how many they are; nothing where one is not whole.

    polars refuses a row with too many fields but fills up one with too few, so the separators are
    counted: as many as whole rows have.
    """
    try:
        rows = _parsed(text)
    except pl.exceptions.PolarsError:
        return None
    if _separators(text) != (rows.height + 1) * (width - 1):
        return None
    found = kept(rows)
    return (found, rows.height) if found.select(_SOUND.all()).item() else None


def _separators(text: bytes) -> int:
    commas = int(np.count_nonzero(np.frombuffer(text, np.uint8) == ord(",")))
    quoted = re.findall(rb'"[^"\n]*"', text) if b'"' in text else []
    in_quotes: int = sum(part.count(b",") for part in quoted)
    return commas - in_quotes


def lines(text: bytes) -> pl.DataFrame:
    """Return the lines that are not empty, numbered from 1."""
    found = pl.read_csv(
        text, has_header=False, separator="\x1f", quote_char=None, new_columns=["text"]
    )
    return found.with_row_index("line", offset=1).filter(pl.col("text").str.len_bytes() > 0)


def whole_rows(numbered: pl.DataFrame, width: int) -> tuple[pl.DataFrame, list[int]]:
    """Return the rows that are whole, and the numbers of the lines that are not."""
    outside_quotes = pl.col("text").str.replace_all('"[^"]*"', "")
    whole = (outside_quotes.str.count_matches(",", literal=True) == width - 1) & (
        ~outside_quotes.str.contains('"', literal=True)
    )
    kept = numbered.filter(whole | (pl.col("line") == numbered["line"][0]))
    rows = _parsed(kept["text"].str.join("\n")[0].encode())
    sound = rows.with_columns(line=kept["line"][1:]).filter(_SOUND)
    unsound = numbered[1:].join(sound, on="line", how="anti")
    return sound.drop("line"), unsound["line"].to_list()
