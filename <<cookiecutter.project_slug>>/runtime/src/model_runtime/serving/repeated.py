"""Keys that stand twice in a request: refused, for nobody can say which value was meant."""

from ..json_text import Repeated, marked, may_repeat
from .problems import FieldError, Refusal

REASON = "stands twice"


def demand_once(body: bytes, keys: int = 0) -> None:
    """See that each key stands once in an object.

    Args:
        body: JSON.
        keys: How many different keys have been found in it; with 0 it is searched in any case.

    Raises:
        Refusal: A key stands twice.
    """
    if may_repeat(body, keys) and (first := repeated(body)):
        row, name = first
        shown = name[:80]
        where = shown if row is None else f"row {row}, {shown}"
        error = FieldError(field=shown, row=row, reason=REASON)
        raise Refusal(422, "Invalid values", f"{where}: {REASON}; send it once", [error])


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
