"""The event of a prediction, and of those that are missing."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType


class Event(Struct, gc=False):
    """A prediction; what is unset is left out.

    A classification has the most likely classes and their probabilities, and of the first both
    alone, which charts can count; a regression has a number.
    """

    event: str
    time: str
    request_id: str
    row: int
    route: str
    id: str | UnsetType | None
    prediction: float | UnsetType
    class_name: str | UnsetType
    probability: float | UnsetType
    class_names: list[str] | UnsetType
    probabilities: list[float] | UnsetType
    features: dict[str, Any] | UnsetType
    model: str
    version: int
    uuid: str
    created: str
    milliseconds: float


class Dropped(Struct):
    """Events that nobody has taken, told in their place."""

    time: str
    lines: int
    event: str = "dropped"


Answer = tuple[
    float | UnsetType,
    str | UnsetType,
    float | UnsetType,
    list[str] | UnsetType,
    list[float] | UnsetType,
]
"""The fields of an event from `prediction` to `probabilities`."""


def number(value: float) -> Answer:
    """Return the answer of a regression."""
    return value, UNSET, UNSET, UNSET, UNSET


def classes(names: list[str], probabilities: list[float]) -> Answer:
    """Return the answer of a classification, the most likely class first."""
    return UNSET, names[0], probabilities[0], names, probabilities
