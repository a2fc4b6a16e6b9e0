"""Find the rows that the API would accept, many at once.

Only rows that are surely right pass here; each other one is put to the API's own type, `RowReader`,
which has the last word. So a rule that is too narrow costs time, not truth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ..blanks import BLANKS
from ..bundle.schema import Schema
from ..features import Feature, Rule
from ..features.missing import words_for_missing
from ..features.number import NUMBER
from ..features.text import MOST_CHARACTERS
from .explain import Reject, RowReader

Numbers = npt.NDArray[np.int64]

NUMBERS = ("number", "integer")
"""Types of features whose values have a decimal sign."""

_EXCHANGED = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class Raw:
    """Records as they were read, and what could not be read.

    `frame` has a row for each record and a column for each feature that the input has, and for the
    ID; `texts` says that all are texts (CSV), in whose numbers `decimal` is the decimal sign.
    `records` and `lines` have a number for each row.
    """

    frame: pl.DataFrame
    texts: bool
    records: Numbers
    lines: Numbers | None
    rejects: list[Reject]
    decimal: str = "."


@dataclass(frozen=True)
class Checked:
    """Rows that can be scored.

    `features` has the columns f0, f1, … in the schema's order: Float64 with null for missing, or
    String with the empty string for missing. `beside` has the values of other columns that were
    asked for, as the input has them, with its decimal sign in texts that are numbers.
    """

    features: pl.DataFrame
    ids: pl.Series | None
    records: Numbers
    lines: Numbers | None
    rejects: list[Reject]
    beside: Mapping[str, list[Any]] = field(default_factory=dict)
    decimal: str = "."


class Check:
    """Validates blocks of rows for one bundle."""

    def __init__(self, schema: Schema, beside: tuple[str, ...] = ()) -> None:
        """Prepare for a bundle's schema, and to keep other columns beside the features."""
        self._schema, self._beside = schema, beside
        self._features = {f"f{k}": feature for k, feature in enumerate(schema.features)}
        self._rows = RowReader(schema)
        optional = [each for each in schema.features if each.optional]
        self._missing = {each.name: each for each in optional if words_for_missing(each)}

    def __call__(self, raw: Raw) -> Checked:
        """Return the rows that the API would accept, and say what is wrong with the others."""
        frame = self._plain(raw) if raw.texts else raw.frame
        typed = self.typed(frame, raw.texts)
        good = self.good(frame, typed)
        rejects = list(raw.rejects)
        patches = {}
        for k in np.flatnonzero(~good).tolist():
            line = None if raw.lines is None else int(raw.lines[k])
            sent = raw.frame.row(k, named=True)
            request = self._request(frame.row(k, named=True), raw.texts)
            if row := self._rows.read(request):
                patches[k] = row
            else:
                rejects += self._rows.rejects(request, int(raw.records[k]), line, sent)
        good[list(patches)] = True
        for name in self._features if patches else ():
            rule = self._features[name].rule
            values = [converted(rule, row[self._features[name].name]) for row in patches.values()]
            typed = typed.with_columns(typed[name].scatter(list(patches), values))
        kept = pl.Series(good)
        return Checked(
            typed.filter(kept).with_columns(pl.col(pl.String).fill_null("")),
            self._ids(raw.frame, kept),
            raw.records[good],
            None if raw.lines is None else raw.lines[good],
            rejects,
            {
                name: raw.frame[name].filter(kept).to_list()
                for name in self._beside
                if name in raw.frame.columns
            },
            raw.decimal,
        )

    def _plain(self, raw: Raw) -> pl.DataFrame:
        """Return the frame of texts without words for a missing value, with points in numbers.

        With a decimal comma, commas and points are exchanged, so that a point, which groups
        thousands there, makes no number; the words are known as they are written (1.#IND).
        """
        frame = self._with_missing(raw.frame)
        if raw.decimal == ".":
            return frame
        numbers = [each.name for each in self._schema.features if each.type in NUMBERS]
        return frame.with_columns(
            frame[name].str.replace_many([",", "."], [".", ","])
            for name in numbers
            if name in frame.columns
        )

    def _with_missing(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame of texts with null for the words that mean a missing value."""
        return frame.with_columns(
            pl.when(_is_missing(feature).not_()).then(pl.col(name))
            for name, feature in self._missing.items()
            if name in frame.columns
        )

    def typed(self, frame: pl.DataFrame, texts: bool) -> pl.DataFrame:
        """Return the features' values in the engine's types; null where there is none."""
        return pl.DataFrame(
            {
                name: _typed(feature, frame[feature.name], texts)
                if feature.name in frame.columns
                else _nothing(feature, frame.height)
                for name, feature in self._features.items()
            }
        )

    def good(self, frame: pl.DataFrame, typed: pl.DataFrame) -> npt.NDArray[np.bool_]:
        """Return for each row whether it is surely right."""
        marks = typed.select(
            feature.rule.surely_right(pl.col(name))
            .fill_null(self._may_miss(feature, frame))
            .alias(name)
            for name, feature in self._features.items()
        )
        good = marks.select(pl.all_horizontal(pl.all())).to_series()
        if self._schema.id in frame.columns:
            good &= _good_ids(frame[str(self._schema.id)])
        return good.to_numpy().copy()

    def _may_miss(self, feature: Feature, frame: pl.DataFrame) -> pl.Series | bool:
        if not feature.optional or feature.name not in frame.columns:
            return feature.optional
        return frame[feature.name].is_null()

    def _request(self, sent: Mapping[str, Any], texts: bool) -> dict[str, Any]:
        """Return what a client would send for a row; what is missing is left out."""
        values = {name: value for name, value in sent.items() if value is not None}
        if texts:
            mine = {feature.name: feature for feature in self._features.values()}
            return {
                name: mine[name].rule.cell(value) if name in mine else value
                for name, value in values.items()
            }
        return {
            name: float(value) if isinstance(value, Decimal) else value
            for name, value in values.items()
        }

    def _ids(self, frame: pl.DataFrame, kept: pl.Series) -> pl.Series | None:
        if self._schema.id not in frame.columns:
            return None
        ids = frame[str(self._schema.id)].filter(kept)
        if ids.dtype.is_float():  # whole ones, as in a request
            texts = [None if value is None else str(int(value)) for value in ids]
            return pl.Series(ids.name, texts, dtype=pl.String)
        return ids if ids.dtype.is_integer() else ids.cast(pl.String)


def _is_missing(feature: Feature) -> pl.Expr:
    """Return an expression for whether a feature's cell has a word for a missing value, or none."""
    cell, words = pl.col(feature.name), sorted(words_for_missing(feature))
    return (
        cell.str.strip_chars(BLANKS).is_in(["", *words]) if feature.numeric else cell.is_in(words)
    )


def _typed(feature: Feature, column: pl.Series, texts: bool) -> pl.Series:
    found = feature.rule.from_series(column, texts)
    if texts and feature.numeric and found is not None and found.null_count() > column.null_count():
        found = feature.rule.from_series(column.str.strip_chars(BLANKS), texts)
    return _nothing(feature, len(column)) if found is None else found


def _nothing(feature: Feature, rows: int) -> pl.Series:
    return pl.repeat(None, rows, dtype=pl.Float64 if feature.numeric else pl.String, eager=True)


def pointed(text: str) -> str:
    """Return a text with commas and points exchanged."""
    return text.translate(_EXCHANGED)


def pointed_cell(text: str) -> str:
    """Return a text with commas and points exchanged if it looks like a number, else as it is."""
    changed = pointed(text)
    either = (text.strip(BLANKS), changed.strip(BLANKS))
    return changed if any(map(NUMBER.fullmatch, either)) else text


def converted(rule: Rule, value: object) -> float | str | None:
    """Return a valid value in the model's form; nothing where it is missing."""
    return None if value is None else rule.convert(value)


def _good_ids(ids: pl.Series) -> pl.Series:
    if ids.dtype.is_integer():
        return pl.repeat(True, len(ids), eager=True)
    if ids.dtype == pl.String:
        return (ids.str.len_chars() <= MOST_CHARACTERS).fill_null(True)
    return ids.is_null()
