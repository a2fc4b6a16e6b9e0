"""A column: its type, its range, its values."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..drafting.column import Drafted, draft_column, plain_column
from ..features import Feature
from ..features.date import day_of, iso_date
from ..features.rule import Misfit

Kind = Literal["number", "integer", "boolean", "category", "date", "text", "left out"]

BINS = 24
"""Bars of a histogram."""

LABELS = 8
"""Labels that are shown."""


@dataclass(frozen=True)
class Column:
    """A column: its kind, what is missing, and how its values are spread.

    `bars` are labels with their rows, or for numbers the middles of bins of one width; `rest` are
    the rows of the other labels.
    """

    name: str
    kind: Kind
    rows: int
    missing: int
    distinct: int
    why: str = ""
    ends: tuple[float, float, float] | None = None
    bars: list[tuple[str, int]] = field(default_factory=list)
    rest: int = 0
    infinite: int = 0
    almost_numbers: str = ""

    @property
    def share_missing(self) -> float:
        """The share of rows without a value."""
        return self.missing / self.rows


def look_at(
    name: str, column: "pd.Series[Any]", known: Feature | None, whole: Any = None
) -> Column:
    """Look at a column.

    Args:
        name: Its name.
        column: Its values, or a sample of them.
        known: What features.yaml says of it, if it does.
        whole: All values, where `column` has some.
    """
    whole = column if whole is None else whole
    plain = plain_column(column)
    kind, why = (known.type, "") if known else _kind(name, column)
    values = plain.dropna()
    distinct = int(values.map(str).nunique() if plain.dtype == object else values.nunique())
    missing = int(whole.isna().sum()) if len(whole) > len(column) else len(plain) - len(values)
    about = {"rows": len(whole), "missing": missing, "distinct": distinct, "why": why}
    if kind in ("number", "integer") and pd.api.types.is_numeric_dtype(values.dtype):
        return Column(name, kind, **about, **_of_numbers(values, whole))  # type: ignore[arg-type]
    if kind in ("boolean", "category"):
        return Column(name, kind, **about, **_of_labels(values))  # type: ignore[arg-type]
    if kind == "date":
        return Column(name, kind, **about, **_of_dates(values))  # type: ignore[arg-type]
    if kind == "text":
        return Column(name, kind, **about, **_of_texts(values))  # type: ignore[arg-type]
    return Column(name, "left out" if not known else kind, **about)  # type: ignore[arg-type]


def _kind(name: str, column: "pd.Series[Any]") -> tuple[Any, str]:
    found = draft_column(name, column)
    if isinstance(found, Drafted):
        return found.keys["type"], ""
    return "left out", found.reason


def _of_numbers(values: "pd.Series[Any]", whole: Any) -> dict[str, Any]:
    every = values.to_numpy(np.float64)
    finite = every[np.isfinite(every)]
    if not len(finite):
        return {"infinite": len(every)}
    low, high = _ends(whole, finite)
    found = {"ends": (low, float(np.median(finite)), high), "infinite": len(every) - len(finite)}
    return found | {"bars": histogram(finite)}


def _ends(whole: Any, finite: npt.NDArray[Any]) -> tuple[float, float]:
    """Return the least and the greatest of all values, where that costs little."""
    if len(whole) > len(finite) and pd.api.types.is_numeric_dtype(whole.dtype):
        low, high = float(whole.min()), float(whole.max())
        if np.isfinite([low, high]).all():
            return low, high
    return float(finite.min()), float(finite.max())


def histogram(finite: npt.NDArray[Any]) -> list[tuple[str, int]]:
    """Return bins of one width, named by their beginning and end, and their values."""
    low, high = finite.min(), finite.max()
    with np.errstate(over="ignore", invalid="ignore"):
        if not np.isfinite(high - low) or (high - low) / BINS == 0 or high == low:
            return [(f"{low:.4g} to {high:.4g}", len(finite))]
    few = np.unique(finite[:1000])
    if len(few) <= BINS and len(few := np.unique(finite)) <= BINS:
        counts = np.searchsorted(few, finite)
        return [(f"{x:.6g}", int(n)) for x, n in zip(few, np.bincount(counts), strict=True)]
    try:
        counts, edges = np.histogram(finite, BINS)
    except ValueError:  # bins so narrow that they have no width
        return [(f"{low:.4g} to {high:.4g}", len(finite))]
    names = [f"{a:.4g} to {b:.4g}" for a, b in pairwise(edges)]
    return list(zip(names, map(int, counts), strict=True))


def _of_labels(values: "pd.Series[Any]") -> dict[str, Any]:
    counts = values.map(_label).value_counts()
    bars = [(str(label), int(count)) for label, count in counts.iloc[:LABELS].items()]
    found = {"bars": bars, "rest": int(counts.iloc[LABELS:].sum())}
    if values.dtype != object or not len(counts):
        return found
    numbers = pd.to_numeric(pd.Series(counts.index), errors="coerce").notna().to_numpy()
    share = counts.to_numpy()[numbers].sum() / counts.sum()
    if _ALMOST <= share < 1:
        found["almost_numbers"] = str(counts.index[~numbers][0])
    return found


_ALMOST = 0.9
"""The share of texts that are numbers from which the others are suspect."""


def _label(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def days_of(values: "pd.Series[Any]") -> "pd.Series[float]":
    """Return dates as days since 1970-01-01; what is none is missing."""

    def day(value: Any) -> float:
        try:
            return day_of(value)
        except Misfit:
            return np.nan

    days = values.map(day, na_action="ignore")
    return days.where(values.notna(), np.nan).astype("float64")  # NaT is no float


def _of_dates(values: "pd.Series[Any]") -> dict[str, Any]:
    days = days_of(values).dropna().to_numpy()
    if not len(days):
        return {}
    first = int(days.min())
    step = max(1, int(np.ceil((days.max() - first + 1) / BINS)))
    counts = np.bincount(((days - first) // step).astype(int))
    bars = [(iso_date(first + k * step), int(n)) for k, n in enumerate(counts)]
    return {"ends": (float(first), float(np.median(days)), float(days.max())), "bars": bars}


def _of_texts(values: "pd.Series[Any]") -> dict[str, Any]:
    lengths = values.map(lambda text: len(str(text).split())).to_numpy(np.float64)
    if not len(lengths):
        return {}
    ends = (float(lengths.min()), float(np.median(lengths)), float(lengths.max()))
    return {"ends": ends, "bars": histogram(lengths)}
