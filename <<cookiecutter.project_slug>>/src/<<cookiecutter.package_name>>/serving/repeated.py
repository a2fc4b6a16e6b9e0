"""Keys that stand twice in a request: refused, for nobody can say which value was meant."""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from ..json_text import Repeated, marked, may_repeat
from .problems import FieldError, Refusal

REASON = "stands twice"

_MOST = 16 * 1024
"""Bytes of a refused request up to which a repeated key is looked for, to be told as the cause."""


def unambiguous(
    parse: Callable[[bytes], Any], rows: Callable[[Any], Sequence[BaseModel]], around: int
) -> Callable[[bytes], Any]:
    """Return a parser that refuses keys that stand twice.

    Args:
        parse: A parser that lets the last of them win, and refuses keys that it doesn't know.
        rows: The rows of what it returns.
        around: How many keys are around the rows.
    """

    def parsed(body: bytes) -> Any:
        try:
            found = parse(body)
        except ValidationError:
            if len(body) <= _MOST:
                demand_once(body)
            raise
        keys = around
        for row in rows(found):
            keys += len(row.__pydantic_fields_set__)
        if may_repeat(body, keys):
            demand_once(body)
        return found

    return parsed


def repeated(body: bytes) -> tuple[int | None, str] | None:
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


def demand_once(body: bytes) -> None:
    """Read a body again, and refuse a key that stands twice.

    Raises:
        Refusal: One does (422).
    """
    if first := repeated(body):
        row, name = first
        shown = name[:80]
        where = shown if row is None else f"row {row}, {shown}"
        error = FieldError(field=shown, row=row, reason=REASON)
        raise Refusal(422, "Invalid values", f"{where}: {REASON}; send it once", [error])
