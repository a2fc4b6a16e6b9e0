"""Versions of assets that are numbers, each one more than the last."""

from collections.abc import Callable, Iterable
from typing import Any


def numbered(ask: Callable[[], Iterable[Any]]) -> list[tuple[int, Any]]:
    """List an asset's versions by their numbers; none where there is no such asset yet.

    Args:
        ask: Asks Azure for all of them; those whose version is no number are left out.
    """
    from azure.core.exceptions import ResourceNotFoundError

    try:
        listed = list(ask())
    except ResourceNotFoundError:
        return []
    known = ((int(each.version), each) for each in listed if str(each.version).isdecimal())
    return sorted(known, key=lambda pair: pair[0])
