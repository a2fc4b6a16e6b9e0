"""The rule of a feature's type: the one place that says which values fit.

Training data, requests, scored files, examples, the collection for Postman and the API's
description all take theirs from here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import WithJsonSchema

from ..blanks import BLANKS

if TYPE_CHECKING:
    import polars as pl

    from .feature import Feature

Example = int | float | bool | str

REASONS = {
    "missing": "is required",
    "extra_forbidden": "is not a field of this model",
    "literal_error": "is not a label of this field",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "whole_number": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be a text",
    "model_type": "must be an object of named fields",
    "list_type": "must be a list of objects",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "too_short": "must have at least {min_length} row",
    "too_long": "must have at most {max_length:,} row{s} in one request",
    "string_too_short": "must have at least {min_length:,} character{s}",
    "string_too_long": "must have at most {max_length:,} character{s}",
    "string_pattern_mismatch": "must have the pattern {pattern}",
    "date_type": "must be a date like 2026-11-28",
    "date_without_time": "must be a date without a time",
    "date_too_early": "must be {ge} or later",
    "date_too_late": "must be {le} or earlier",
}
"""The sentences that people read, by pydantic's names for errors."""


class Misfit(ValueError):
    """A value that does not fit a feature; the message is one of `REASONS`."""


@dataclass(frozen=True)
class Limit:
    """A condition on values of the right type.

    `holds` takes a float, an array or a polars expression; a missing value (NaN) does not hold.
    """

    reason: str
    holds: Callable[[Any], Any]


class Rule(ABC):
    """The values that fit a feature, and the form in which the model gets them.

    A value is a float where the rule is `numeric` (NaN for missing), else a text (empty for
    missing).
    """

    numeric: ClassVar[bool]
    takes: ClassVar[frozenset[str]] = frozenset()
    """The keys that features.yaml may have for this type, and not for each other."""

    takes_numbers: ClassVar[bool] = True
    """False where a column of numbers has no values of this type, though the model gets some."""

    takes_booleans: ClassVar[bool] = False
    """True where a column of true and false has values of this type."""

    empty_is_missing: bool = False
    """True where an empty text is a missing value."""

    wrong: ClassVar[tuple[Any, str]]
    """A value of a wrong type in JSON, and the reason."""

    def __init__(self, feature: Feature) -> None:
        """Make the rule of one feature."""
        self.feature = feature
        self.limits: list[Limit] = []

    @property
    def missing(self) -> float | str:
        """The form in which the model gets a missing value."""
        return float("nan") if self.numeric else ""

    @abstractmethod
    def convert(self, value: object) -> Any:
        """Return a value that is not missing in the model's form.

        Args:
            value: From JSON, YAML or a data frame.

        Raises:
            Misfit: It is of another type.
        """

    def fits(self, value: Any) -> bool:
        """Tell whether a value in the model's form is within the limits."""
        return all(limit.holds(value) for limit in self.limits)

    def as_sent(self, value: Any) -> Example:
        """Return a value in the model's form, which is not missing, as a request may have it."""
        return plain(value) if self.numeric else str(value)

    def read(self, value: object) -> Any:
        """Return a value that is not missing in the model's form.

        Raises:
            Misfit: It does not fit.
        """
        converted = self.convert(value)
        for limit in self.limits:
            if not limit.holds(converted):
                raise Misfit(limit.reason)
        return converted

    @abstractmethod
    def request_type(self) -> tuple[Any, list[dict[str, Any]]]:
        """Return the type that validates a value in a request, and JSON Schemas that say the same.

        A value that fits any of the schemas fits.
        """

    def bare(self, text: str) -> str:
        """Return a CSV cell's text without the blanks around what is no text."""
        return text.strip(BLANKS) if self.numeric else text

    @abstractmethod
    def cell(self, text: str) -> Example:
        """Return a CSV cell's text as JSON would have it; one that means nothing stays a text."""

    @abstractmethod
    def from_series(self, column: pl.Series, texts: bool) -> pl.Series | None:
        """Return a column in the model's form; null for each value that is not surely right.

        Args:
            column: As it was read from a file.
            texts: Whether all values are texts (CSV).

        Returns:
            Float64 or String; nothing where no value of such a column is surely right.
        """

    def surely_right(self, values: pl.Expr) -> pl.Expr:
        """Return the condition on the values of `from_series`; null for null."""
        return reduce(and_, (limit.holds(values) for limit in self.limits), values == values)

    @abstractmethod
    def typical(self, values: npt.NDArray[Any]) -> Example:
        """Return an example, of values in the model's form if there are any; none is missing."""

    def outermost(self) -> list[Example]:
        """Return the least and the greatest value, where there are such."""
        return []

    def outside(self) -> list[Example]:
        """Return values of the right type that are just beyond its limits."""
        return []


def described(schemas: list[dict[str, Any]]) -> WithJsonSchema:
    """Return a JSON Schema that takes what any of the given ones takes."""
    return WithJsonSchema(schemas[0] if len(schemas) == 1 else {"anyOf": schemas})


def field_type(rule: Rule) -> Any:
    """Return the type of a feature in a request, optional or not."""
    kind, schemas = rule.request_type()
    if not rule.feature.optional:
        return Annotated[kind, described(schemas)]
    return Annotated[kind | None, described([*schemas, {"type": "null"}])]


def plain(value: float) -> float:
    """Return a number as a person writes it: 3 for 3.0."""
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def most_frequent(values: Iterable[Any]) -> Any:
    """Return the value that is there most often; of several the least."""
    found, counts = np.unique(np.asarray(values), return_counts=True)
    return found[counts.argmax()]
