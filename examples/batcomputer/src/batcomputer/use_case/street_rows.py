"""The rows of a street-level file: those that are whole, and the numbers of the others' lines."""

import re

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
    return pl.read_csv(text, columns=list(COLUMNS), infer_schema=False).rename(COLUMNS)


def all_rows(text: bytes, width: int) -> pl.DataFrame | None:
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
