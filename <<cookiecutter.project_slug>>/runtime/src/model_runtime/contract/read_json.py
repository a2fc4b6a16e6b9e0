"""Read what was sent, unless it can be no request at all, or says a thing twice."""

from typing import Any

import numpy as np
from pydantic_core import from_json

from ..counts import counted
from ..json_text import Repeated, marked, may_repeat
from .problems import FieldError, Refusal

_TWICE = "stands twice"

_ENOUGH = 10_000
"""Lists and objects that are read however few rows a request may have."""


def read_json(text: bytes, most_rows: int) -> Any:
    """Return what a text says.

    Objects of Python take a hundred times the room of their text where that is all brackets, so
    these are counted first.

    Args:
        text: JSON in UTF-8.
        most_rows: The most objects that it may be about.

    Raises:
        Refusal: It is no JSON (400), or has far more lists and objects than rows are allowed (422).
    """
    if len(text) > _ENOUGH and _brackets(text, most := max(_ENOUGH, 2 * most_rows)) > most:
        raise Refusal(
            422,
            "Invalid values",
            f"There are more than {most:,} lists and objects in this; it must have at most "
            f"{counted(most_rows, 'row')} in one request, and a row has none in it.",
        )
    try:
        return from_json(text, cache_strings="keys")
    except ValueError as error:
        raise Refusal(400, "Invalid JSON", f"Invalid JSON: {error}.") from None


def _brackets(text: bytes, most: int) -> int:
    if (found := text.count(b"[") + text.count(b"{")) <= most or b'"' not in text:
        return found
    # Without the escaped quotes, every second one ends a text.
    plain = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    codes = np.frombuffer(plain, np.uint8)
    outside = np.cumsum(codes == ord('"'), dtype=np.uint8) % 2 == 0
    return int(np.count_nonzero(outside & ((codes == ord("[")) | (codes == ord("{")))))


def demand_once(body: bytes, keys: int = 0) -> None:
    """Refuse a key that stands twice in an object, for nobody can say which value was meant.

    Args:
        body: JSON.
        keys: How many different keys have been found in it; with 0 it is searched in any case.

    Raises:
        Refusal: A key stands twice.
    """
    if may_repeat(body, keys) and (first := _repeated(body)):
        row, name = first
        shown = name[:80]
        where = shown if row is None else f"row {row}, {shown}"
        error = FieldError(field=shown, row=row, reason=_TWICE)
        raise Refusal(422, "Invalid values", f"{where}: {_TWICE}; send it once", [error])


def _repeated(body: bytes) -> tuple[int | None, str] | None:
    """Return row and name of the first key that stands twice, in a row or around all of them."""
    try:
        found = marked(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict):
        found = found.get("data", found)
    if isinstance(found, Repeated):
        return None, found.key
    rows = found if isinstance(found, list) else []
    return next(((k, row.key) for k, row in enumerate(rows) if isinstance(row, Repeated)), None)
