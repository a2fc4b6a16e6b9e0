"""The reference that a bundle keeps of its training: counts of features and answers."""

from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..bundle.reference import FEWEST, MOST, Ranges, Reference, Singles, Values, answers_of
from ..features import Feature
from ..tasks import Outputs
from .learn import Learned
from .split import draw

S = TypeVar("S", Ranges, Singles)

ROWS = 20_000
"""Rows that are counted at most, drawn at random: enough for shares to within a percent."""

BINS = 10
"""Ranges of a number, each of about as many rows: deciles, as is usual for PSI."""


def make_reference(learned: Learned, outputs: Outputs, seed: int) -> Reference:
    """Count the features of the rows learned from, and the answers to those held out.

    Too few rows have no spread; features that leak are none that requests have.

    Args:
        learned: The model, its schema and its rows.
        outputs: Its outputs for the hold-out.
        seed: For the rows that are drawn, where they are many.
    """
    schema, parts = learned.schema, learned.parts
    train, test = (draw(part, ROWS, seed) for part in (parts.train, parts.test))
    features = {
        feature.name: _of_feature(feature, parts.train.X[feature.name].to_numpy()[train])
        for feature in schema.features
        if not feature.leaks
    }
    told = answers_of(outputs[test], schema.classes)
    answers = {name: _spread(values) for name, values in told.items()}
    return Reference(
        features={name: each for name, each in features.items() if each},
        answers={name: each for name, each in answers.items() if each},
    )


def _of_feature(feature: Feature, values: Values) -> Ranges | Singles | None:
    if feature.type == "date":
        days = values[~np.isnan(values)]
        return _ranges("dates", days, values) if len(days) >= FEWEST else None
    if feature.type != "text":
        return _spread(values)
    lengths = np.array([len(text) for text in values if text], np.float64)
    return _ranges("lengths", lengths, values) if len(lengths) >= FEWEST else None


def _spread(values: Values) -> Ranges | Singles | None:
    """Count each different value where they are few, else in ranges."""
    numeric = values.dtype.kind == "f"
    present = pd.Series(values[~np.isnan(values)] if numeric else values[values != ""])
    if len(present) < FEWEST:
        return None
    kinds = present.value_counts()  # the most frequent first
    if numeric and len(kinds) > MOST:
        return _ranges("values", present.to_numpy(), values)
    singles = sorted(kinds[kinds >= FEWEST].index[:MOST])
    return _counted(Singles(counts=[0] * (len(singles) + 2), singles=singles), values)


def _ranges(
    kind: Literal["values", "lengths", "dates"], numbers: npt.NDArray[np.float64], values: Values
) -> Ranges:
    """Count numbers in ranges between their quantiles."""
    bins = min(BINS, max(2, len(numbers) // FEWEST))
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    found = np.quantile(numbers, inner, method="inverted_cdf")
    edges = sorted({float(f"{edge:.6g}") for edge in found})
    return _counted(Ranges(counts=[0] * (len(edges) + 2), kind=kind, edges=edges), values)


def _counted(spread: S, values: Values) -> S:
    return spread.model_copy(update={"counts": spread.count(values).tolist()})
