"""Bodies held against generated models that have an `_attribute_map`."""

import re
import sys
from enum import Enum
from typing import Any

_PLAIN = {
    "str": str,
    "int": int,
    "long": int,
    "bool": bool,
    "iso-8601": str,
    "rfc-1123": str,
    "duration": str,
    "date": str,
    "time": str,
    "bytearray": str,
    "base64": str,
}


def findings(model: Any, value: Any, place: str) -> list[str]:
    """List what of a value a model would not parse, or would drop."""
    if not isinstance(value, dict):
        return [f"{place or 'the body'} is {value!r}, no object ({model.__name__})"]
    model, wrong = _subclass(model, value, place)
    if wrong:
        return wrong
    attributes = {
        entry["key"]: (name, entry["type"]) for name, entry in model._attribute_map.items()
    }
    rest, flat = _flattened(value, attributes)
    wrong += [f"{place}.{key}: {model.__name__} has no such property".lstrip(".") for key in rest]
    for key, member in flat.items():
        if member is not None:
            wrong += _in_type(model, attributes[key][1], member, f"{place}.{key}".lstrip("."))
    needed = [
        key
        for key, (name, _) in attributes.items()
        if model._validation.get(name, {}).get("required") and flat.get(key) is None
    ]
    return wrong + [f"{place}.{key} is missing ({model.__name__})".lstrip(".") for key in needed]


def _flattened(
    value: dict[str, Any], attributes: dict[str, Any]
) -> tuple[list[str], dict[str, Any]]:
    """Split a value into unknown keys, and known ones, of which `a.b` is b in a."""
    unknown: list[str] = []
    known: dict[str, Any] = {}
    for key, member in value.items():
        escaped = key.replace(".", "\\.")
        inner = {
            name.partition(".")[2]: kind
            for name, kind in attributes.items()
            if name.startswith(f"{escaped}.")
        }
        if escaped in attributes:
            known[escaped] = member
        elif inner and isinstance(member, dict):
            rest, flat = _flattened(member, inner)
            unknown += [f"{key}.{name}" for name in rest]
            known |= {f"{escaped}.{name}": found for name, found in flat.items()}
        else:
            unknown.append(key)
    return unknown, known


def _subclass(model: Any, value: dict[str, Any], place: str) -> tuple[Any, list[str]]:
    while subtypes := vars(model).get("_subtype_map"):
        ((attribute, names),) = subtypes.items()
        key = model._attribute_map[attribute]["key"]
        named = value.get(key)
        if not isinstance(named, str) or named not in names:
            known = sorted(names)
            return model, [f"{place}.{key}: {named!r} is none of {known}".lstrip(".")]
        model = _named(model, names[named])
    return model, []


def _named(model: Any, name: str) -> Any:
    package = sys.modules[model.__module__.rpartition(".")[0]]
    return getattr(package, name)


def _in_type(model: Any, kind: str, value: Any, place: str) -> list[str]:
    if kind in ("object", "IO"):
        return []
    if kind.startswith("["):
        if not isinstance(value, list):
            return [f"{place} is {value!r}, no list"]
        each = ((f"{place}[{index}]", member) for index, member in enumerate(value))
        return [found for at, member in each for found in _in_type(model, kind[1:-1], member, at)]
    if kind.startswith("{"):
        if not isinstance(value, dict):
            return [f"{place} is {value!r}, no object"]
        each = ((f"{place}.{key}", member) for key, member in value.items() if member is not None)
        return [found for at, member in each for found in _in_type(model, kind[1:-1], member, at)]
    return _in_named(model, kind, value, place)


def _in_named(model: Any, kind: str, value: Any, place: str) -> list[str]:
    if kind in ("float", "decimal"):
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    elif plain := _PLAIN.get(kind):
        fits = type(value) is plain
    else:
        return _in_class(_named(model, re.sub(r"^.*\.", "", kind)), value, place)
    return [] if fits else [f"{place} is {value!r}, no {kind}"]


def _in_class(kind: Any, value: Any, place: str) -> list[str]:
    if issubclass(kind, Enum):
        known = [member.value for member in kind]
        return [] if value in known else [f"{place}: {value!r} is none of {known}"]
    return findings(kind, value, place)
