"""The words that CSV has for a missing value, and where they are values."""

from collections.abc import Collection
from typing import Any

from ..blanks import BLANKS
from .feature import Feature

NONE = "None"
"""Python's word for it, and English for a label: kind of damage, None."""

WORDS = frozenset(
    {
        "#N/A",
        "#N/A N/A",
        "#NA",
        "-1.#IND",
        "-1.#QNAN",
        "-NaN",
        "-nan",
        "1.#IND",
        "1.#QNAN",
        "<NA>",
        "N/A",
        "NA",
        "NULL",
        "NaN",
        "n/a",
        "nan",
        "null",
        NONE,
    }
)
"""Those that pandas knows, beside the empty cell."""


def words_for_missing(feature: Feature) -> frozenset[str]:
    """Return the words that a feature's cells may have for a missing value.

    A label that is called so is a label, and a text stays as it is written.
    """
    if feature.type == "text":
        return frozenset()
    if feature.type != "category":
        return WORDS
    return WORDS.difference([NONE] if feature.labels is None else feature.labels)


class MissingTarget:
    """Tells whether a target has no value: None, NaN or an empty text; in CSV also a word for it.

    A class that is called so is a class. Blanks around a cell that should be a number don't count.
    """

    def __init__(self, classes: Collection[str] = (), in_csv: bool = False) -> None:
        """Prepare for the names that classes may have, none of a number's, and for a format."""
        self._words = {"", *(WORDS.difference(classes) if in_csv else ())}
        self._around = BLANKS if in_csv and not classes else ""

    def __call__(self, value: Any) -> bool:
        """Tell it of a value."""
        if isinstance(value, str):
            return value.strip(self._around) in self._words
        return bool(value is None or value != value)
