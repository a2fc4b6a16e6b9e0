"""Errors, as sentences for the person who can act."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_SECRET = {"admin_token", "registry"}
"""Settings whose values are not repeated, for they may hold a password."""

_MOST_KEYS = 20
"""Keys that a sentence lists where none of them is like the one that was written."""

_QUOTE = "'"

_QUOTED = re.compile("'([^']*)'")

_OF_NUMPY = re.compile(
    r"""\bnp\.(?:
        (?P<truth>True|False)_
        | \w+\( (?P<value> b?'(?:[^'\\]|\\.)*' | b?"(?:[^"\\]|\\.)*" | [^()'"]* ) \)
    )""",
    re.VERBOSE,
)


def plainly(text: str) -> str:
    """Return a text with NumPy's values as everybody writes them: 32.1, not np.float64(32.1)."""
    if "np." not in text:
        return text
    return _OF_NUMPY.sub(lambda found: found["truth"] or found["value"], text)


class Told(Exception):
    """A failure whose message people read, whichever library has worded a part of it."""

    def __init__(self, message: str = "") -> None:
        """Say it plainly."""
        super().__init__(plainly(message))


class ProjectError(Told):
    """An error that its reader can fix; the message says how."""


def sentences(
    error: ValidationError, file: str, model: type[BaseModel], given: object = None
) -> list[str]:
    """Turn what pydantic found in a file into one sentence for each finding.

    Args:
        error: The finding.
        file: The file that a reader has to open.
        model: The type that the file was held against; it knows the keys that were meant.
        given: What the file says; entries of its lists are called by their names.
    """
    return [
        f"{file}: {_place(found['loc'], given)}: {_reason(found, model)}"
        for found in error.errors(include_url=False)
    ]


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the word that was probably meant, or nothing."""
    known = list(words)
    near = get_close_matches(word, known, 1) or [each for each in known if each.startswith(word)]
    return near[0] if near and word else None


def _place(loc: tuple[int | str, ...], given: object) -> str:
    path = ""
    for part in loc:
        given = _within(given, part)
        if not isinstance(part, int):
            path += f"{': ' if path.endswith(_QUOTE) else '.'}{part}"
        elif isinstance(given, dict) and isinstance(name := given.get("name"), str) and name:
            path = f"{path.removesuffix('s')} {_QUOTE}{name}{_QUOTE}"
        else:
            path += f"[{part}]"
    return path.lstrip(".") or "the whole file"


def _within(given: Any, part: int | str) -> object:
    try:
        return given[part]
    except (LookupError, TypeError):
        return None


def _reason(found: ErrorDetails, model: type[BaseModel]) -> str:
    kind, value, loc = found["type"], found["input"], found["loc"]
    if kind == "extra_forbidden":
        return f"is not a key that this file knows; {_meant(str(loc[-1]), _keys(model, loc[:-1]))}"
    if kind == "missing":
        return "is missing."
    message = found["msg"].removeprefix("Value error, ").rstrip(".")
    if kind == "value_error" or _SECRET & set(loc):
        return f"{message}."
    if kind == "literal_error":
        near = nearest(str(value), _QUOTED.findall(message))
        hint = f"; did you mean '{near}'?" if near else "."
        return f"{message}, but it is {value!r}{hint}"
    hint = " (put it in quotes if it is a text)" if kind == "string_type" else ""
    return f"{message}, but it is {value!r}{hint}."


def _meant(key: str, keys: list[str]) -> str:
    if near := nearest(key, keys):
        return f"did you mean '{near}'?"
    known = f" (there are {', '.join(keys)})" if 0 < len(keys) <= _MOST_KEYS else ""
    return f"look for a typo or remove it{known}."


def _keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that there may be at a place; none where it is no section's."""
    within: type[BaseModel] | None = model
    for part in loc:
        if within and isinstance(part, str):
            field = within.model_fields.get(part)
            within = next(_models(field.annotation), None) if field else None
    return [field.alias or name for name, field in within.model_fields.items()] if within else []


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _models(each)
