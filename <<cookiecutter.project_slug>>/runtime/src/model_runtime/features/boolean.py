"""The rule of booleans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import GetPydanticSchema
from pydantic_core import core_schema

from .number import NUMBER, is_number
from .rule import REASONS, Example, Limit, Misfit, Rule, most_frequent

if TYPE_CHECKING:
    import polars as pl

    from .feature import Feature

# As values of Python they are all equal to true or false.
_BOOLEAN = core_schema.custom_error_schema(
    core_schema.literal_schema([True, False, 1, 0, 1.0, 0.0]), custom_error_type="bool_type"
)
_WORDS = {"true": 1.0, "True": 1.0, "TRUE": 1.0, "false": 0.0, "False": 0.0, "FALSE": 0.0}
_NUMBERS = {"1": 1.0, "1.0": 1.0, "0": 0.0, "0.0": 0.0}


class Boolean(Rule):
    """True and false, also written 1 and 0, as tables often do; the model gets 1 and 0."""

    numeric = True
    takes = frozenset({"names"})
    takes_booleans = True
    wrong = ("maybe", REASONS["bool_type"])

    def __init__(self, feature: Feature) -> None:
        """See `Rule`."""
        super().__init__(feature)
        self.limits.append(Limit(REASONS["bool_type"], lambda x: (x == 0) | (x == 1)))

    def convert(self, value: object) -> float:
        """See `Rule`."""
        if isinstance(value, (bool, np.bool_)) or (is_number(value) and value in (0, 1)):
            return float(value)
        raise Misfit(REASONS["bool_type"])

    def request_type(self) -> tuple[Any, list[dict[str, Any]]]:
        """See `Rule`."""
        kind = Annotated[Any, GetPydanticSchema(lambda source, handler: _BOOLEAN)]
        return kind, [{"type": "boolean"}, {"type": "integer", "enum": [0, 1]}]

    def cell(self, text: str) -> Example:
        """See `Rule`."""
        text = self.bare(text)
        if NUMBER.fullmatch(text):
            return float(text)
        return {"true": True, "false": False}.get(text.lower(), text)

    def from_series(self, column: pl.Series, texts: bool) -> pl.Series | None:
        """See `Rule`."""
        import polars as pl

        if texts:
            known = _WORDS | _NUMBERS
            return column.replace_strict(known, default=None, return_dtype=pl.Float64)
        fits = column.dtype == pl.Boolean or column.dtype.is_numeric()
        return column.cast(pl.Float64, strict=False) if fits else None

    def typical(self, values: npt.NDArray[Any]) -> Example:
        """Return the more frequent of the values, or false."""
        return bool(most_frequent(values)) if len(values) else False

    def outermost(self) -> list[Example]:
        """Return both."""
        return [False, True]
