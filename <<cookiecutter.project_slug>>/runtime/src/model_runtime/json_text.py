"""JSON in which each key of an object stands once; parsers let the last of several win, unsaid."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_AS_QUOTES = bytes.maketrans(b" \t\n\r", b'""""')


def unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's keys and values (an `object_pairs_hook`).

    Raises:
        ValueError: A key stands twice; the message names it.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"the key {_twice(pairs)!r} stands twice")
    return found


@dataclass(frozen=True)
class Repeated:
    """An object with a key that stands twice."""

    key: str


def may_repeat(text: bytes, keys: int) -> bool:
    """Say whether a key may stand twice in valid JSON, from how many different keys were found.

    Each key is followed by a colon, so there are at least as many colons as keys, and no key stands
    twice where there are no more than different ones. Nor where there are no more of those colons
    that a quote or white space precedes, as it does behind a key; colons in texts seldom have it.
    """
    if text.count(b":") == keys:
        return False
    return text.translate(_AS_QUOTES).count(b'":') > keys


def marked(text: bytes) -> Any:
    """Return JSON with `Repeated` in place of each object that has a key twice.

    Raises:
        ValueError: It is no JSON in UTF-8.
        RecursionError: It is nested too deeply.
    """
    return json.loads(text.decode(), object_pairs_hook=_marked, parse_int=str, parse_float=str)


def _marked(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Repeated:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repeated(_twice(pairs))


def _twice(pairs: Sequence[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            break
        seen.add(name)
    # As it can be written: half a surrogate pair can't.
    return name.encode(errors="replace").decode()
