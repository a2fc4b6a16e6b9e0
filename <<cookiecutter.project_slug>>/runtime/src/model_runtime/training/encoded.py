"""Labels and words for which a fitted Preprocessor has less than a column each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, TargetEncoder

from ..bundle.schema import Schema

MEAN = "as the target's mean for each label"
FREQUENT = "by the most frequent labels only"
WORDS = "by the most frequent words only"

_NAMED = 3
_LISTED = 30


@dataclass(frozen=True)
class Encoded:
    """The features that are encoded in such a way: each with its number of labels or words."""

    features: dict[str, dict[str, int]]

    def __str__(self) -> str:
        """Say it in a line, of each way the features with the most labels by name."""
        return ", ".join(f"{_named(counts, _NAMED)} {way}" for way, counts in self.features.items())

    def section(self) -> list[str]:
        """Return the model card's lines; none where every label and word has a column."""
        if not self.features:
            return []
        return [
            "## How labels and texts are encoded",
            "",
            "Numbers are prepared and other labels get a column each. But with their number of "
            "labels, or of words that are used:",
            "",
            *(f"- {_named(counts, _LISTED, '`')}: {way}" for way, counts in self.features.items()),
            "",
        ]


def encoded(pipeline: Pipeline, schema: Schema) -> Encoded:
    """Return what the fitted pipeline does with the schema's labels and texts."""
    labels = {feature.name: len(feature.labels or []) for feature in schema.features}
    found: dict[str, dict[str, int]] = {}
    transformer = pipeline[0]
    if not isinstance(transformer, ColumnTransformer):
        return Encoded(found)
    for _, step, columns in transformer.transformers_:
        if (way := _way(step)) is None:
            continue
        counts = {str(name): labels.get(str(name), 0) for name in np.atleast_1d(columns)}
        if way == WORDS:
            counts = dict.fromkeys(counts, len(step.vocabulary_))
        found.setdefault(way, {}).update(counts)
    return Encoded(found)


def _way(step: Any) -> str | None:
    if isinstance(step, TargetEncoder):
        return MEAN
    if isinstance(step, OneHotEncoder) and not isinstance(step.categories, str):
        return FREQUENT
    if isinstance(step, CountVectorizer) and len(step.vocabulary_) == step.max_features:
        return WORDS
    return None


def _named(counts: dict[str, int], most: int, quote: str = "") -> str:
    ranked = sorted(counts.items(), key=lambda pair: -pair[1])
    said = [f"{quote}{name}{quote} ({count:,})" for name, count in ranked[:most]]
    more = [f"{len(counts) - most:,} more"] if len(counts) > most else []
    return ", ".join(said) + (f" and {more[0]}" if more else "")
