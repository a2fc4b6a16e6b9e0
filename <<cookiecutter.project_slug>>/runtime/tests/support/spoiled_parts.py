"""Parts of a bundle with any one value changed, or missing."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

Way = tuple[str | int, ...]
Change = Callable[[Any], Any]

NUMBERS: list[Change] = [
    lambda value: value + 1,
    lambda value: -value,
    lambda _: 0,
    lambda _: 1e300,
    lambda _: 10**400,
    lambda _: float("nan"),
    lambda _: float("inf"),
]
TEXTS: list[Change] = [lambda value: value + "x", lambda _: "", lambda _: "\ud800"]
LISTS: list[Change] = [
    lambda value: value[::-1],
    lambda value: value[:-1],
    lambda value: [*value, *value[-1:]],
    lambda value: [*value, "one more"],
]
OBJECTS: list[Change] = [
    lambda value: dict(reversed(value.items())),
    lambda value: {**value, "one more": 0},
]
OTHERS: list[Change] = [lambda _: None, lambda value: [value], lambda _: {}, lambda _: True]


def places(value: Any, at: Way = ()) -> Iterator[Way]:
    """Yield the way to each value of a part, itself first."""
    yield at
    if isinstance(value, (dict, list)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from places(inner, (*at, key))


def changes(value: Any) -> list[Change]:
    kinds = {bool: [lambda value: not value], int: NUMBERS, float: NUMBERS, str: TEXTS}
    return OTHERS + (kinds | {list: LISTS, dict: OBJECTS}).get(type(value), [])


def changed(whole: Any, at: Way, change: Change) -> Any:
    if not at:
        return change(whole)
    whole = deepcopy(whole)
    inner = whole
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = change(inner[at[-1]])
    return whole


def lacking(whole: Any, at: Way) -> Any:
    whole = deepcopy(whole)
    inner = whole
    for key in at[:-1]:
        inner = inner[key]
    del inner[at[-1]]
    return whole


def spoiled(whole: Any) -> Iterator[tuple[Way, Any]]:
    """Yield a part with one value changed or left out, and the way to it; the seal is left."""
    for way in places(whole):
        if {"files", "digest"} & set(way[:1]):
            continue
        value = whole
        for key in way:
            value = value[key]
        for change in changes(value):
            yield way, changed(whole, way, change)
        if way:
            yield way, lacking(whole, way)
