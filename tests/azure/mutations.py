"""Faults that people write into templates: one for each place, to see that the check finds it."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

Path = tuple[str | int, ...]
Mutation = tuple[str, Any]
"""A template with something changed in it, and what that is."""

FREE = {"tags", "metadata", "userAssignedIdentities"}
"""Objects whose keys are anybody's choice."""


def mutations(raw: Any) -> Iterator[Mutation]:
    """Yield the template with each of its properties misspelt, of another type, and so on."""
    for path, value in _inside(raw["resources"], ("resources",)):
        yield f"{_said(path)} misspelt", _changed(raw, path, value, misspelt=True)
        yield f"{_said(path)} of another type", _changed(raw, path, _other(value))
    for symbol in raw["resources"]:
        at: Path = ("resources", symbol)
        yield f"{symbol} of an unknown version", _changed(raw, (*at, "apiVersion"), "2001-01-01")
        yield f"{symbol} of an unknown type", _changed(raw, (*at, "type"), "Microsoft.None/none")
        yield f"{symbol} needs what isn't there", _changed(raw, (*at, "dependsOn"), ["nothing"])
    for path, value in _texts(raw, ()):
        for function in ("parameters", "variables", "reference"):
            if (call := f"{function}('") in value:
                wrong = value.replace(call, f"{call}x", 1)
                yield f"{_said(path)}: another name in {function}", _changed(raw, path, wrong)
        if value.startswith("[") and "(" in value:
            wrong = value.replace("(", "x(", 1)
            yield f"{_said(path)}: an unknown function", _changed(raw, path, wrong)


def _inside(node: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Yield all that resources say, but the template's own keys, which have mutations of theirs."""
    members = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in members:
        at = (*path, key)
        if len(at) > 2 and not isinstance(key, int):
            if len(at) == 3 and key in ("type", "apiVersion", "name", "dependsOn", "scope"):
                continue
            yield at, value
        if isinstance(value, dict | list) and key not in FREE:
            yield from _inside(value, at)


def _other(value: Any) -> Any:
    """Return a value of another type: an object for what is none, and a text for an object."""
    return "wrong" if isinstance(value, dict | list) else {"wrong": 1}


def _texts(node: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _texts(value, (*path, key))


def _changed(raw: Any, path: Path, value: Any, *, misspelt: bool = False) -> Any:
    changed = deepcopy(raw)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    if misspelt:
        inner[f"{path[-1]}s"] = inner.pop(path[-1])
    else:
        inner[path[-1]] = value
    return changed


def _said(path: Path) -> str:
    return ".".join(str(part) for part in path[1:] if part != "properties")
