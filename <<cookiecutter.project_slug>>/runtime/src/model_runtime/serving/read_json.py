"""Read what was sent, unless it can be no request at all."""

from typing import Any

import numpy as np
from pydantic_core import from_json

from .problems import Refusal

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
            f"{most_rows:,} row{'s' * (most_rows > 1)} in one request, and a row has none in it.",
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
