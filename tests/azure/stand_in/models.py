"""Bodies held against the SDKs' own generated models, more strictly than the SDKs do.

The SDKs have two kinds of them: classes with an `_attribute_map` (the older generator), and classes
whose attributes are `rest_field`s. Both know each property's name in JSON, and its type.
"""

import sys
import typing
from enum import Enum
from functools import cache
from typing import Any

from . import mapped_models


def findings(model: type, value: Any, place: str = "") -> list[str]:
    """List what of a value a model would not parse, or would drop; nothing where all is well."""
    if hasattr(model, "_attribute_map"):
        return mapped_models.findings(model, value, place)
    return _in_model(model, value, place)


def _in_model(model: Any, value: Any, place: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{place or 'the body'} is {value!r}, no object ({model.__name__})"]
    model, wrong = _subclass(model, value, place)
    if wrong:
        return wrong
    fields = _fields(model)
    for key, member in value.items():
        at = f"{place}.{key}".lstrip(".")
        if key not in fields:
            wrong.append(f"{at}: {model.__name__} has no such property")
        elif member is not None:
            wrong += _in_type(fields[key][0], member, at)
    needed = [key for key, (_, required) in fields.items() if required and value.get(key) is None]
    return wrong + [f"{place}.{key} is missing ({model.__name__})".lstrip(".") for key in needed]


def _subclass(model: Any, value: dict[str, Any], place: str) -> tuple[Any, list[str]]:
    """Return the model that the discriminators in a value name."""
    seen: set[str] = set()
    while mapping := vars(model).get("__mapping__"):
        found = [
            field._rest_name_input or name
            for name, field in vars(model).items()
            if getattr(field, "_is_discriminator", False)
        ]
        if not found or found[0] in seen:
            break
        seen.add(found[0])
        named = value.get(found[0])
        if not isinstance(named, str) or named not in mapping:
            return model, [
                f"{place}.{found[0]}: {named!r} is none of {sorted(mapping)}".lstrip(".")
            ]
        if mapping[named] is model:
            break
        model = mapping[named]
    return model, []


@cache
def _fields(model: Any) -> dict[str, tuple[Any, bool]]:
    """Give each property's type by its name in JSON, and whether a body needs it."""
    fields: dict[str, tuple[Any, bool]] = {}
    for base in reversed(model.__mro__):
        for name, annotation in vars(base).get("__annotations__", {}).items():
            field = vars(base).get(name)
            if not hasattr(field, "_rest_name_input"):
                continue
            package = sys.modules[base.__module__.rpartition(".")[0]]
            known = {**vars(sys.modules[base.__module__]), "_models": package}
            kind = typing.get_type_hints(_Holder(annotation), known)["it"]
            given = _is_optional(kind) or field._visibility == ["read"]
            fields[field._rest_name_input or name] = kind, not given
    return fields


class _Holder:
    """Carries an annotation to typing.get_type_hints, which wants it on something."""

    def __init__(self, annotation: Any) -> None:
        self.__annotations__ = {"it": annotation}


def _is_optional(kind: Any) -> bool:
    return type(None) in typing.get_args(kind)


def _in_type(kind: Any, value: Any, place: str) -> list[str]:
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any or (origin is None and not isinstance(kind, type)):
        return []
    if origin is typing.Union:
        return _in_union([part for part in parts if part is not type(None)], value, place)
    if origin is typing.Literal:
        known = [part.value if isinstance(part, Enum) else part for part in parts]
        return [] if value in known else [f"{place}: {value!r} is none of {known}"]
    if origin is dict or kind is dict:
        return _in_dict(parts[1] if parts else Any, value, place)
    if origin is list:
        return _in_list(parts[0], value, place)
    return _in_class(kind, value, place)


def _in_union(kinds: list[Any], value: Any, place: str) -> list[str]:
    enums = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Enum)]
    if enums:
        kinds = [kind for kind in kinds if kind is not str]
    tries = [_in_type(kind, value, place) for kind in kinds]
    return min(tries, key=len)


def _in_dict(kind: Any, value: Any, place: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{place} is {value!r}, no object"]
    members = ((f"{place}.{key}", member) for key, member in value.items() if member is not None)
    return [found for at, member in members for found in _in_type(kind, member, at)]


def _in_list(kind: Any, value: Any, place: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{place} is {value!r}, no list"]
    members = ((f"{place}[{index}]", member) for index, member in enumerate(value))
    return [found for at, member in members for found in _in_type(kind, member, at)]


_TEXTS = {"datetime", "date", "time", "timedelta", "bytes"}


def _in_class(kind: type, value: Any, place: str) -> list[str]:
    if getattr(kind, "_is_model", False):
        return findings(kind, value, place)
    if issubclass(kind, Enum):
        known = [member.value for member in kind]
        return [] if value in known else [f"{place}: {value!r} is none of {known}"]
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return []
    wanted = str if kind.__name__ in _TEXTS else kind
    fits = type(value) is wanted or wanted is object
    return [] if fits else [f"{place} is {value!r}, no {kind.__name__}"]
