"""Secrets that stand in a file, known by their names, or by the form of an address.

Whatever a file says reaches the cluster as it is, and is shown by `make diff`.
"""

import re
from collections.abc import Iterator
from typing import Any

_WORDS = ("passw(or)?d", "passphrase", "secret", "token", "cloud_auth", "connection_string")
_OF_KEYS = "access|account|api|auth|encryption|hash|license|private|secret|shared|signing"
_ENDS = rf"(.*({'|'.join(_WORDS)}|({_OF_KEYS})_?key)|.+_(pass|pwd))"
_ADDRESS = re.compile(r"://[^/\s@:]*:(?!\$[({])[^/\s@]+@")


def _either_case(pattern: str) -> str:
    """Return a pattern of both cases; JSON Schema's expressions have no flags."""
    return re.sub("[a-z]", lambda found: f"[{found[0].upper()}{found[0]}]", pattern)


SECRET_NAME = f"^{_either_case(_ENDS)}$"
"""Names of what is a secret, as a rule: DB_PASSWORD, http_passwd, apikey."""


def reference(opening: str) -> str:
    """Return the pattern of what may stand there: nothing, a path, or a variable's name."""
    return rf"^$|^/|\$[{opening}]"


def is_plain(name: str, value: Any, taken: str) -> bool:
    """Tell whether a value is a secret by its name, and stands there as it is."""
    named = re.fullmatch(SECRET_NAME, name)
    return bool(named and not (isinstance(value, str) and re.search(taken, value)))


def texts(values: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text in values, with its path."""
    parts: list[tuple[str, Any]] = []
    if isinstance(values, dict):
        parts = [(f"{path}.{name}" if path else str(name), each) for name, each in values.items()]
    elif isinstance(values, list):
        parts = [(f"{path}[{number}]", each) for number, each in enumerate(values)]
    elif isinstance(values, str):
        yield path, values
    for place, each in parts:
        yield from texts(each, place)


def has_password(text: str) -> bool:
    """Tell whether an address in a text has a user's password."""
    return bool(_ADDRESS.search(text))
