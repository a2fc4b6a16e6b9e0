"""The rule of categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy.typing as npt
from pydantic import BeforeValidator, GetPydanticSchema
from pydantic_core import CoreSchema, core_schema

from .number import NUMBER, as_float, is_number
from .rule import REASONS, Example, Limit, Misfit, Rule, most_frequent
from .text import is_unicode

if TYPE_CHECKING:
    import polars as pl

    from .feature import Feature

LONGEST_LABEL = 200
"""Characters."""

_MOST = 2**53
"""Whole numbers from here on are not exact as floats, and so no labels."""


def as_label(value: Any) -> Any:
    """Return a whole number as the label that it stands for: '3' for 3 and 3.0."""
    if is_number(value) and abs(number := as_float(value)) < _MOST and number.is_integer():
        return str(int(number))
    return value


class Category(Rule):
    """Labels; a whole number stands for its digits, since tables turn '3' into 3 and 3.0.

    An empty label is a missing one.
    """

    numeric = False
    empty_is_missing = True
    takes = frozenset({"labels", "names"})
    wrong = (True, REASONS["literal_error"])

    def __init__(self, feature: Feature) -> None:
        """See `Rule`."""
        super().__init__(feature)
        self._labels = feature.labels or []
        self._numbers = [int(label) for label in self._labels if _is_whole(label)]
        self._known = frozenset(self._labels)
        if feature.labels is not None:
            self.limits.append(Limit(REASONS["literal_error"], self._known.__contains__))
        else:
            about = f"must be a label of at most {LONGEST_LABEL} characters"
            self.limits.append(Limit(about, lambda label: 0 < len(label) <= LONGEST_LABEL))

    def convert(self, value: object) -> str:
        """See `Rule`."""
        label = as_label(value)
        if isinstance(label, str) and is_unicode(label):
            return str(label)
        raise Misfit(self._no_label())

    def _no_label(self) -> str:
        if self.feature.labels is not None:
            return REASONS["literal_error"]
        return "must be a label: a text or a whole number"

    def request_type(self) -> tuple[Any, list[dict[str, Any]]]:
        """See `Rule`."""
        labels = [*self._labels, *([""] if self.feature.optional else [])]
        kind: Any = Annotated[Any, GetPydanticSchema(lambda source, handler: _one_of(labels))]
        schemas: list[dict[str, Any]] = [{"type": "string", "enum": self._labels}]
        if self.feature.optional:
            schemas.append({"type": "string", "maxLength": 0})
        if self._numbers:
            kind = Annotated[kind, BeforeValidator(as_label)]
            schemas.append({"type": "integer", "enum": self._numbers})
        return kind, schemas

    def cell(self, text: str) -> Example:
        """See `Rule`."""
        means_number = text not in self._known and NUMBER.fullmatch(text)
        return float(text) if means_number else text

    def from_series(self, column: pl.Series, texts: bool) -> pl.Series | None:
        """See `Rule`."""
        import polars as pl

        if column.dtype.is_numeric():
            numbers = {float(number): str(number) for number in self._numbers}
            values = column.cast(pl.Float64, strict=False)
            return values.replace_strict(numbers, default=None, return_dtype=pl.String)
        if column.dtype not in (pl.String, pl.Categorical, pl.Enum):
            return None
        column = column.cast(pl.String)
        written = {f"{number}.0": str(number) for number in self._numbers} if texts else {}
        return column.replace({text: written[text] for text in set(written) - set(self._labels)})

    def surely_right(self, values: pl.Expr) -> pl.Expr:
        """See `Rule`."""
        return values.is_in(self._labels)

    def typical(self, values: npt.NDArray[Any]) -> Example:
        """Return the most frequent label, or the first."""
        return str(most_frequent(values)) if len(values) else (self._labels or [""])[0]


def _one_of(labels: list[str]) -> CoreSchema:
    """Return the schema of some labels, whose error does not hold them all as a literal's does."""
    return core_schema.custom_error_schema(
        core_schema.literal_schema(labels),
        custom_error_type="literal_error",
        custom_error_context={"expected": "one of the labels"},
    )


def _is_whole(label: str) -> bool:
    digits = label.removeprefix("-")
    return (
        digits.isascii()
        and digits.isdecimal()
        and str(int(label)) == label
        and (abs(int(label)) < _MOST)
    )
