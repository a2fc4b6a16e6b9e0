"""The answers of events: the most likely classes with their probabilities, or the number."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...bundle.schema import Schema
from ...tasks import Outputs, class_indices
from .event import Answer, classes, number

Answers = Callable[[Outputs], list[Answer]]


def answers(schema: Schema, most: int) -> Answers:
    """Return what turns a model's outputs into the answers of events.

    Args:
        schema: The bundle's.
        most: How many classes an event has.
    """
    if not schema.classes:
        return lambda outputs: [number(value) for value in outputs[:, 0].tolist()]
    names = np.array(schema.classes, dtype=object)

    def best(outputs: Outputs) -> list[Answer]:
        order = _best(outputs, most)
        shares = np.take_along_axis(outputs, order, axis=1)
        return list(map(classes, names[order].tolist(), shares.tolist()))

    return best


def _best(outputs: Outputs, most: int) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Return each row's most likely classes, the one that was answered first."""
    ranks = -outputs
    # Of a tie the answered class need not be the highest by a rounding error.
    ranks[np.arange(len(outputs)), class_indices(outputs)] = -np.inf
    if most < outputs.shape[1]:
        kept = np.argpartition(ranks, most - 1, axis=1)[:, :most]
        inner = np.argsort(np.take_along_axis(ranks, kept, axis=1), axis=1, kind="stable")
        return np.take_along_axis(kept, inner, axis=1)
    return np.argsort(ranks, axis=1, kind="stable")
