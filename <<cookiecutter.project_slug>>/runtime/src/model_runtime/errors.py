"""Errors, as sentences for the person who can act."""

import re
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .misspelt import meant, nearest

_SECRET = {"admin_token", "registry"}
"""Settings whose values are not repeated, for they may hold a password."""


_OF_NUMPY = re.compile(
    r"""\bnp\.(?:
        (?P<truth>True|False)_
        | \w+\( (?P<value> b?'(?:[^'\\]|\\.)*' | b?"(?:[^"\\]|\\.)*" | [^()'"]* ) \)
    )""",
    re.VERBOSE,
)

_QUOTE = "'"
_QUOTED = re.compile("'([^']*)'")


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


class Interrupted(SystemExit):
    """The end of a process by a signal: no error of the code that it came upon."""


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
        if found["type"] != "default_factory_not_called"  # which another error has kept
    ]


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
        return f"is not a key that this file knows; {meant(model, loc)}"
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
