"""The rule of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy.typing as npt
from pydantic import Field

from .pattern import Pattern
from .rule import REASONS, Example, Limit, Misfit, Rule, most_frequent

if TYPE_CHECKING:
    import polars as pl

    from .feature import Feature

MOST_CHARACTERS = 10_000
"""Longest text that a feature takes, and with it the ID."""

_NOT_OF_A_PATTERN = ("?", "0", "x", "X x", "-", "\n")
"""Texts of which a pattern hardly takes each."""


def is_unicode(text: str) -> bool:
    """Tell whether a text can be written as UTF-8; one with halves of surrogate pairs can't."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Text(Rule):
    """Texts of any characters, of a length, and with a pattern.

    An empty one is a text without words, and so is a missing one; where an empty one doesn't fit,
    it is a missing one.
    """

    numeric = False
    takes = frozenset({"min_length", "max_length", "pattern"})
    wrong = (7, REASONS["string_type"])

    def __init__(self, feature: Feature) -> None:
        """See `Rule`."""
        super().__init__(feature)
        self._least, self._most = feature.min_length or 0, feature.max_length or MOST_CHARACTERS
        reason = REASONS["string_too_long"].format(max_length=self._most, s=_s(self._most))
        self.limits.append(Limit(reason, lambda text: len(text) <= self._most))
        if self._least:
            reason = REASONS["string_too_short"].format(min_length=self._least, s=_s(self._least))
            self.limits.append(Limit(reason, lambda text: len(text) >= self._least))
        if feature.pattern is not None:
            reason = REASONS["string_pattern_mismatch"].format(pattern=feature.pattern)
            self.limits.append(Limit(reason, Pattern(feature.pattern, self._most).fits))
        self.empty_is_missing = not self.fits("")

    def convert(self, value: object) -> str:
        """See `Rule`."""
        if isinstance(value, str) and is_unicode(value):
            return str(value)
        raise Misfit(REASONS["string_type"])

    def request_type(self) -> tuple[Any, list[dict[str, Any]]]:
        """See `Rule`."""
        pattern = self.feature.pattern
        limits = Field(min_length=self._least, max_length=self._most, pattern=pattern)
        kind: Any = Annotated[str, limits]
        form: dict[str, Any] = {"type": "string", "maxLength": self._most}
        form |= {"minLength": self._least} if self._least else {}
        form |= {"pattern": pattern} if pattern is not None else {}
        if self.feature.optional and self.empty_is_missing:
            return kind | Literal[""], [form, {"type": "string", "maxLength": 0}]
        return kind, [form]

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
        right = values.str.len_chars().is_between(self._least, self._most)
        pattern = self.feature.pattern
        return right if pattern is None else right & values.str.contains(pattern)

    def typical(self, values: npt.NDArray[Any]) -> Example:
        """Return the most frequent of the values, or the feature's own example."""
        return str(most_frequent(values)) if len(values) else self.feature.example or ""

    def outside(self) -> list[Example]:
        """Return texts that are too short, too long, or without the pattern."""
        example = str(self.feature.example or "x")
        longer = example + example[-1:] * (1 + self._most - len(example))
        texts = [example[: self._least - 1]] if self._least else []
        texts += [longer] if self._most < MOST_CHARACTERS else []
        fitting_length = [text for text in _NOT_OF_A_PATTERN if not self.fits(text)]
        texts += fitting_length[:1] if self.feature.pattern is not None else []
        return [text for text in texts if text]


def _s(number: int) -> str:
    return "" if number == 1 else "s"
