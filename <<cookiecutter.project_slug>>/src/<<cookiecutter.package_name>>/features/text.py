"""The rule of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy.typing as npt
from pydantic import Field

from .rule import REASONS, Example, Limit, Misfit, Rule, most_frequent

if TYPE_CHECKING:
    import polars as pl

    from .feature import Feature

MOST_CHARACTERS = 10_000
"""Longest text that a feature takes, and with it the ID."""


def is_unicode(text: str) -> bool:
    """Tell whether a text can be written as UTF-8; one with halves of surrogate pairs can't."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Text(Rule):
    """Texts of any characters; an empty one is a text without words, and so is a missing one."""

    numeric = False
    wrong = (7, REASONS["string_type"])

    def __init__(self, feature: Feature) -> None:
        """See `Rule`."""
        super().__init__(feature)
        reason = REASONS["string_too_long"].format(max_length=MOST_CHARACTERS)
        self.limits.append(Limit(reason, lambda text: len(text) <= MOST_CHARACTERS))

    def convert(self, value: object) -> str:
        """See `Rule`."""
        if isinstance(value, str) and is_unicode(value):
            return str(value)
        raise Misfit(REASONS["string_type"])

    def request_type(self) -> tuple[Any, list[dict[str, Any]]]:
        """See `Rule`."""
        kind = Annotated[str, Field(max_length=MOST_CHARACTERS)]
        return kind, [{"type": "string", "maxLength": MOST_CHARACTERS}]

    def cell(self, text: str) -> Example:
        """See `Rule`."""
        return text

    def from_series(self, column: pl.Series, texts: bool) -> pl.Series | None:
        """See `Rule`."""
        import polars as pl

        fits = column.dtype in (pl.String, pl.Categorical, pl.Enum)
        return column.cast(pl.String) if fits else None

    def surely_right(self, values: pl.Expr) -> pl.Expr:
        """See `Rule`."""
        return values.str.len_chars() <= MOST_CHARACTERS

    def typical(self, values: npt.NDArray[Any]) -> Example:
        """Return the most frequent of the values, or the empty text."""
        return str(most_frequent(values)) if len(values) else ""
