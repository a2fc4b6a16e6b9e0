"""The rule of dates."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from .rule import REASONS, Example, Limit, Misfit, Rule

if TYPE_CHECKING:
    import polars as pl

    from .feature import Feature

_WRITTEN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST, _LAST = date.min.toordinal() - _EPOCH, date.max.toordinal() - _EPOCH


def day_of(value: object) -> float:
    """Return a date as days since 1970-01-01.

    Args:
        value: A text of ISO 8601, a date, or the midnight with which it begins, as tables have it.

    Raises:
        Misfit: It is something else, or has a time.
    """
    if isinstance(value, str) and re.fullmatch(_WRITTEN, value):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise Misfit(REASONS["date_type"]) from None
    if isinstance(value, datetime):
        if value.time() != time(0):
            raise Misfit(REASONS["date_without_time"])
    elif not isinstance(value, date):
        raise Misfit(REASONS["date_type"])
    return float(value.toordinal() - _EPOCH)


def iso_date(day: float) -> str:
    """Return days since 1970-01-01 as a date is written."""
    return date.fromordinal(int(day) + _EPOCH).isoformat()


class Date(Rule):
    """Days of the calendar, as texts of ISO 8601; the model gets days since 1970-01-01."""

    numeric = True
    takes_numbers = False
    takes = frozenset({"min", "max"})
    wrong = ("28.11.2026", REASONS["date_type"])

    def __init__(self, feature: Feature) -> None:
        """See `Rule`."""
        super().__init__(feature)
        low, high = feature.bounds
        self.limits.append(Limit(REASONS["date_type"], lambda x: (x >= _FIRST) & (x <= _LAST)))
        self.limits.append(Limit(REASONS["date_type"], lambda x: x % 1 == 0))
        if low is not None:
            reason = REASONS["date_too_early"].format(ge=iso_date(low))
            self.limits.append(Limit(reason, lambda x: x >= low))
        if high is not None:
            reason = REASONS["date_too_late"].format(le=iso_date(high))
            self.limits.append(Limit(reason, lambda x: x <= high))

    def convert(self, value: object) -> float:
        """See `Rule`."""
        return day_of(value)

    def request_type(self) -> tuple[Any, list[dict[str, Any]]]:
        """See `Rule`."""
        bounds = {"formatMinimum": self.feature.min, "formatMaximum": self.feature.max}
        told = {name: bound for name, bound in bounds.items() if bound is not None}
        kind = Annotated[str, AfterValidator(self._checked)]
        return kind, [{"type": "string", "format": "date", **told}]

    def _checked(self, text: str) -> str:
        try:
            self.read(text)
        except Misfit as misfit:
            raise PydanticCustomError("date_type", "{reason}", {"reason": str(misfit)}) from None
        return text

    def cell(self, text: str) -> Example:
        """See `Rule`."""
        return self.bare(text)

    def from_series(self, column: pl.Series, texts: bool) -> pl.Series | None:
        """See `Rule`."""
        import polars as pl

        if column.dtype in (pl.String, pl.Categorical, pl.Enum):
            column = column.cast(pl.String)
            column = column.set(~column.str.contains(_WRITTEN), None)
            column = column.str.to_date("%Y-%m-%d", strict=False)
        elif column.dtype == pl.Datetime:
            column = column.set(column.dt.time() != time(0), None).dt.date()
        elif column.dtype != pl.Date:
            return None
        return column.cast(pl.Int32).cast(pl.Float64)

    def typical(self, values: npt.NDArray[Any]) -> Example:
        """Return the median of the values; without any the day within the bounds next to 2000."""
        if len(values):
            return iso_date(np.sort(values)[len(values) // 2])
        low, high = self.feature.bounds
        day = min(day_of("2000-01-01"), _LAST if high is None else high)
        return iso_date(day if low is None else max(day, low))

    def as_sent(self, value: Any) -> Example:
        """See `Rule`."""
        return iso_date(value)

    def outermost(self) -> list[Example]:
        """Return the bounds."""
        return [iso_date(bound) for bound in self.feature.bounds if bound is not None]

    def outside(self) -> list[Example]:
        """Return the day before the first one, and the day after the last."""
        low, high = self.feature.bounds
        days = [*([] if low is None else [low - 1]), *([] if high is None else [high + 1])]
        return [iso_date(day) for day in days if _FIRST <= day <= _LAST]
