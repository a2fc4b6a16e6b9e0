"""The words that CSV has for a missing value, and where they are values."""

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
