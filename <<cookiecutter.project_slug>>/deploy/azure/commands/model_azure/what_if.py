"""Azure's forecast of a deployment, in lines for people."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.mgmt.resource.deployments.models import WhatIfChange, WhatIfPropertyChange

_SIGNS = {"Create": "+", "Delete": "-", "Modify": "~", "Deploy": "!", "Unsupported": "?"}
_QUIET = {"NoChange": "stay as they are", "Ignore": "are not the template's, and stay"}
_OF_PROPERTIES = {"Create": "+", "Delete": "-", "Modify": "~", "Array": "~"}


def changes(found: Iterable["WhatIfChange"]) -> str:
    """Return a line for each resource that would change, its properties below it, and a sum."""
    lines: list[str] = []
    quiet: Counter[str] = Counter()
    for change in found:
        kind = str(getattr(change.change_type, "value", change.change_type))
        if kind in _QUIET:
            quiet[kind] += 1
            continue
        lines.append(f"{_SIGNS.get(kind, kind)} {named(change.resource_id or '')}")
        if change.unsupported_reason:
            lines.append(f"    can't be foretold: {change.unsupported_reason}")
        lines += [f"    {line}" for line in _properties(change.delta or [])]
    if not lines:
        lines = ["Nothing would change."]
    return "\n".join([*lines, *(f"{count} {_QUIET[kind]}" for kind, count in quiet.items())])


def named(place: str) -> str:
    """Return a resource's type and name, by its id."""
    namespace, *parts = place.rpartition("/providers/")[2].split("/")
    return f"{'/'.join([namespace, *parts[::2]])} {'/'.join(parts[1::2])}"


def _properties(delta: Iterable["WhatIfPropertyChange"], before: str = "") -> Iterator[str]:
    for change in delta:
        kind = str(getattr(change.property_change_type, "value", change.property_change_type))
        path = f"{before}{change.path}"
        if change.children:
            yield from _properties(change.children, f"{path}.")
        elif kind in _OF_PROPERTIES:
            yield f"{_OF_PROPERTIES[kind]} {path}: {_values(kind, change.before, change.after)}"


def _values(kind: str, before: Any, after: Any) -> str:
    if kind == "Create":
        return _short(after)
    return _short(before) if kind == "Delete" else f"{_short(before)} -> {_short(after)}"


def _short(value: Any) -> str:
    said = str(value)
    return said if len(said) <= 80 else f"{said[:77]}…"
