"""Errors, as sentences for the person who can act."""

import re

from pydantic import ValidationError

_SECRET = {"admin_token", "registry"}
"""Settings whose values are not repeated, for they may hold a password."""


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
    """A failure that its reader can mend; the message says how."""


def sentences(error: ValidationError, file: str) -> list[str]:
    """Turn what pydantic found in a file into one sentence for each finding.

    Args:
        error: The finding.
        file: The file that a reader has to open.
    """
    return [
        f"{file}: {_place(found['loc'])}: "
        f"{_reason(found['type'], found['msg'], found['input'], found['loc'])}."
        for found in error.errors(include_url=False)
    ]


def _place(loc: tuple[int | str, ...]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return path.lstrip(".") or "the whole file"


def _reason(kind: str, message: str, value: object, loc: tuple[int | str, ...]) -> str:
    if kind == "extra_forbidden":
        return "is not a key that this file knows; look for a typo or remove it"
    if kind == "missing":
        return "is missing"
    if kind == "value_error":
        return message.removeprefix("Value error, ").rstrip(".")
    if _SECRET & set(loc):
        return message
    hint = " (put it in quotes if it is a text)" if kind == "string_type" else ""
    return f"{message}, but it is {value!r}{hint}"
