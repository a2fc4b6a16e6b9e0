"""A column, seen as a feature, or left out for a reason."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ..counts import counted
from ..features.category import LONGEST_LABEL
from ..features.date import day_of, iso_date
from ..features.number import as_float, is_number
from ..features.rule import Misfit
from ..features.text import MOST_CHARACTERS
from ..preprocessing import BasePreprocessor
from .bounds import bounds, example
from .grouped import about_grouped, grouped_number
from .scalar import scalar

MOST_LABELS = BasePreprocessor.one_hot_labels
"""Labels that are listed."""

_FEW_CODES = 10
_ENOUGH = 20
_EXACT = 2**53
_LOOKED_AT = 200
_WORDS_OF_A_TEXT = 3

_NAMED_ID = re.compile(r"(?:.*[\W_])?(?:id|uuid|guid|index|nr|no|key)|unnamed: \d+", re.IGNORECASE)
_CAMEL_ID = re.compile(r".*[a-z](?:Id|ID|Nr|No)")
_DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[T ]\d{1,2}:\d{2}.*)?"
)


@dataclass(frozen=True)
class Drafted:
    """A feature's keys in their order, as YAML, and notes for the one who checks them."""

    keys: dict[str, str]
    notes: dict[str, str] = field(default_factory=dict)

    def lines(self, name: str) -> Iterator[str]:
        """Yield the lines of features.yaml."""
        yield f"  - name: {scalar(name)}"
        for key, value in self.keys.items():
            note = f"  # {self.notes[key]}" if key in self.notes else ""
            yield f"    {key}: {value}{note}"


@dataclass(frozen=True)
class LeftOut:
    """A column that is no feature, and the reason; an ID tells rows apart."""

    reason: str
    is_id: bool = False


def draft_column(name: str, column: "pd.Series[Any]") -> Drafted | LeftOut:
    """Return what a column looks like."""
    if not name or len(name) > LONGEST_LABEL:
        return LeftOut(f"a name has 1 to {LONGEST_LABEL} characters: rename it in load_data")
    column = plain_column(column)
    values, missing = column.dropna(), int(column.isna().sum())
    if not len(values):
        return LeftOut("it has no value in any row")
    kind = _kind(column, values)
    if kind == "other date":
        return LeftOut(
            "dates in another form than 2026-11-28, or with a time: change it in load_data"
        )
    if kind == "other":
        return LeftOut(f"values of the type {type(values.iloc[0]).__name__} are no features")
    if values.nunique() == 1 and (kind == "number" or not missing):
        either = " or missing" if missing else ""
        return LeftOut(f"it is {_shown(values.iloc[0])}{either} in every row")
    found = _DRAFTS[kind](name, values, missing)
    if isinstance(found, Drafted) and missing:
        found.keys["optional"] = "true"
        found.notes["optional"] = f"missing in {missing:,} of {counted(len(column), 'row')}"
        if "example" in found.keys:
            found.keys["example"] = found.keys.pop("example")
    return found


def plain_column(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column of numbers, booleans or texts where it can be one; an empty text is none."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        kind = column.cat.categories.dtype
        gaps = isinstance(kind, np.dtype) and kind.kind in "iub" and column.hasnans  # as no int is
        column = column.astype(object if gaps else kind)
    if column.dtype != object and not isinstance(column.dtype, pd.StringDtype):
        return column
    column = column.astype(object)
    column = column.where(column.map(lambda value: not (isinstance(value, str) and not value)))
    values = column.dropna()
    if len(values) and all(map(is_number, values)):
        return column.map(as_float, na_action="ignore").astype("float64")
    return column


def looks_like_dates(values: "pd.Series[Any]") -> bool:
    """Tell whether texts are dates, by some of them."""
    some = values.drop_duplicates().head(_LOOKED_AT)
    return bool(some.map(lambda text: bool(_DATE.fullmatch(text.strip()))).all())


def _kind(column: "pd.Series[Any]", values: "pd.Series[Any]") -> str:
    types = pd.api.types
    if types.is_bool_dtype(column.dtype) or all(isinstance(each, bool) for each in values.head(1)):
        return "boolean" if all(isinstance(each, bool | np.bool_) for each in values) else "other"
    if types.is_numeric_dtype(column.dtype):
        return "other" if types.is_complex_dtype(column.dtype) else "number"
    if types.is_datetime64_any_dtype(column.dtype) or isinstance(values.iloc[0], date):
        return "date" if values.map(_is_date).all() else "other date"
    if not all(isinstance(each, str) for each in values):
        return "other"
    if not looks_like_dates(values):
        return "text"
    return "date" if values.map(_is_date).all() else "other date"


def _is_date(value: object) -> bool:
    try:
        day_of(value)
    except Misfit:
        return False
    return True


def _number(name: str, column: "pd.Series[Any]", missing: int) -> Drafted | LeftOut:
    every = column.to_numpy(np.float64)
    values = every[np.isfinite(every)]
    if not len(values):
        return LeftOut("it has no finite number in any row")
    whole = bool((values % 1 == 0).all()) and bool((abs(values) <= _EXACT).all())
    unique = len(np.unique(every)) == len(every) and not missing
    if whole and unique and (_is_id(name) or _counts(values)):
        return LeftOut("another number in every row: it tells rows apart", is_id=True)
    if set(values.tolist()) == {0.0, 1.0} and len(values) == len(every):
        return Drafted({"type": "boolean", "example": _most(column.map(bool))})
    integers = pd.api.types.is_integer_dtype(column.dtype) or (whole and missing)
    kind = "integer" if integers and whole else "number"
    keys, notes = {"type": kind}, {}
    distinct = np.unique(values)
    few = kind == "integer" and len(distinct) <= _FEW_CODES
    ends = (distinct[0], distinct[-1]) if few else bounds(distinct[0], distinct[-1])
    if few and len(distinct) > 2:
        listed = ", ".join(scalar(float(each)) for each in distinct)
        notes["type"] = f"only {listed}: if they are codes, make it a category"
    if len(values) < len(every):
        notes["type"] = (
            f"{counted(len(every) - len(values), 'value is', 'values are')} infinite: replace them"
        )
    if ends and ends[0] < ends[1]:
        keys |= {"min": scalar(float(ends[0])), "max": scalar(float(ends[1]))}
        if not few:
            low, high = (scalar(_brief(each)) for each in (distinct[0], distinct[-1]))
            notes["max"] = f"in the data {low} to {high}"
    return Drafted(keys | {"example": scalar(example(values))}, notes)


def _boolean(name: str, column: "pd.Series[Any]", missing: int) -> Drafted:
    return Drafted({"type": "boolean", "example": _most(column.map(bool))})


def _text(name: str, column: "pd.Series[Any]", missing: int) -> Drafted | LeftOut:
    if number := grouped_number(column):
        return LeftOut(about_grouped(number))
    counts = column.value_counts()
    longest = max(map(len, counts.index))
    if longest > MOST_CHARACTERS:
        return LeftOut(f"texts have at most {MOST_CHARACTERS:,} characters: cut them in load_data")
    words = counts.index[: 5 * _LOOKED_AT].map(lambda text: len(text.split()))
    many = len(counts) > MOST_LABELS
    if longest > LONGEST_LABEL or (many and float(np.mean(words)) >= _WORDS_OF_A_TEXT):
        notes = {"example": "write one of your own; the data's may be private"}
        return Drafted({"type": "text", "example": scalar("A text like those in the data")}, notes)
    every = len(counts) == len(column) and not missing
    if every and (_is_id(name) or (len(column) >= _ENOUGH and max(words) == 1)):
        return LeftOut("another text in every row: it tells rows apart", is_id=True)
    if many and len(counts) > len(column) / 2:
        return LeftOut(
            f"{counted(len(counts), 'label')} in {counted(len(column), 'row')}: "
            "too few rows for each"
        )
    if many:
        notes = {"type": f"{counted(len(counts), 'label')}: those of the data that is trained on"}
        return Drafted({"type": "category", "example": scalar(counts.index[0])}, notes)
    labels = ", ".join(scalar(label) for label in sorted(counts.index))
    keys = {"type": "category", "labels": f"[{labels}]", "example": scalar(counts.index[0])}
    return Drafted(keys)


def _date(name: str, column: "pd.Series[Any]", missing: int) -> Drafted:
    days = np.sort(column.map(day_of).to_numpy(np.float64))
    first, middle, last = (iso_date(days[k]) for k in (0, len(days) // 2, -1))
    notes = {"type": f"in the data {first} to {last}"}
    return Drafted({"type": "date", "example": scalar(middle)}, notes)


_DRAFTS = {"number": _number, "boolean": _boolean, "date": _date, "text": _text}


def _is_id(name: str) -> bool:
    return bool(_NAMED_ID.fullmatch(name) or _CAMEL_ID.fullmatch(name))


def _counts(values: Any) -> bool:
    """Tell whether numbers are those of the rows, in any order."""
    return len(values) >= _ENOUGH and float(values.max() - values.min()) == len(values) - 1


def _most(column: "pd.Series[Any]") -> str:
    return scalar(bool(column.mode().iloc[0]))


def _brief(value: float) -> float:
    return float(f"{value:.6g}")


def _shown(value: object) -> str:
    written = scalar(value if isinstance(value, np.generic | bool | int | float) else str(value))
    return written if len(written) <= 40 else f"{written[:40]}…"
