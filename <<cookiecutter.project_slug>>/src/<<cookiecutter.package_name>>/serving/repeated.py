"""Keys that stand twice in a request: refused, for nobody can say which value was meant."""

from typing import Any

from ..json_text import Repeated, marked, may_repeat
from .problems import FieldError, Refusal

REASON = "stands twice"


def demand_once(body: bytes, sent: Any) -> None:
    """See that each key stands once in an object.

    Args:
        body: JSON.
        sent: What it says, if of equal keys the last counts.

    Raises:
        Refusal: A key stands twice.
    """
    if may_repeat(body, _keys(sent)) and (first := repeated(body)):
        row, name = first
        shown = name[:80]
        where = shown if row is None else f"row {row}, {shown}"
        error = FieldError(field=shown, row=row, reason=REASON)
        raise Refusal(422, "Invalid values", f"{where}: {REASON}; send it once", [error])


def _keys(sent: Any) -> int:
    """Return how many keys all objects have together."""
    if isinstance(sent, list):
        return sum(map(_keys, sent))
    if not isinstance(sent, dict):
        return 0
    return len(sent) + sum(_keys(each) for each in sent.values() if isinstance(each, (dict, list)))


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
