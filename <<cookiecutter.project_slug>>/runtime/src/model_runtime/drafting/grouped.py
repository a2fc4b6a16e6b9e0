"""Numbers whose thousands are grouped, which no reader of tables takes for numbers."""

import re
from typing import Any

import pandas as pd

_GROUPED = re.compile(
    r"[+-]?[1-9]\d{0,2}(?:(?P<sign>[.,'\u2019 \u00a0\u202f])\d{3})(?:(?P=sign)\d{3})*(?:[.,]\d+)?"
)
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def grouped_number(values: "pd.Series[Any]") -> str | None:
    """Return the first number with grouped thousands of a column whose texts are all numbers.

    Args:
        values: Texts, none of them missing.
    """
    texts = [str(text).strip() for text in values.unique()]
    grouped = [text for text in texts if _GROUPED.fullmatch(text)]
    if not grouped or not all(
        _GROUPED.fullmatch(text) or _NUMBER.fullmatch(text) for text in texts
    ):
        return None
    return grouped[0]


def about_grouped(number: str) -> str:
    """Say what is to be done about such numbers."""
    return (
        f"numbers with grouped thousands, such as {number}: write them without, or make them "
        "numbers in load_data"
    )
