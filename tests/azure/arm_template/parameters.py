"""Values for a template's parameters, refused as Azure Resource Manager refuses them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .expressions import TemplateError

TYPES = {"string": str, "int": int, "bool": bool, "object": dict, "array": list}
_KEYS = {
    "type",
    "defaultValue",
    "allowedValues",
    "minValue",
    "maxValue",
    "minLength",
    "maxLength",
    "metadata",
}


def read_parameters(
    declared: Mapping[str, Any], given: Mapping[str, Any], default: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return all values: those that are given, else the defaults.

    Args:
        declared: The template's parameters.
        given: Values by names.
        default: Evaluates a default.

    Raises:
        TemplateError: With all that doesn't fit.
    """
    wrong = [
        f"parameter {name}: the template has none of that name" for name in {*given} - {*declared}
    ]
    values = {}
    for name, rule in declared.items():
        if name in given or "defaultValue" in rule:
            values[name] = given[name] if name in given else default(rule["defaultValue"])
            wrong += [f"parameter {name}: {found}" for found in _findings(rule, values[name])]
        else:
            wrong.append(f"parameter {name}: has no value")
    if wrong:
        raise TemplateError("; ".join(wrong))
    return values


def _findings(rule: Mapping[str, Any], value: Any) -> Iterator[str]:
    if rule["type"] not in TYPES:
        yield f"{rule['type']} is no type"
    elif type(value) is not TYPES[rule["type"]]:
        yield f"{value!r} is no {rule['type']}"
    elif "allowedValues" in rule and value not in rule["allowedValues"]:
        yield f"{value!r} is none of {rule['allowedValues']}"
    else:
        yield from _out_of_bounds(rule, value)
    yield from (f"{key} is no key of a parameter" for key in {*rule} - _KEYS)


def _out_of_bounds(rule: Mapping[str, Any], value: Any) -> Iterator[str]:
    for bound, measured in (("Value", value), ("Length", value)):
        found = len(measured) if bound == "Length" and hasattr(measured, "__len__") else measured
        if not isinstance(found, int):
            continue
        if found < rule.get(f"min{bound}", found):
            yield f"{value!r} is below min{bound}"
        if found > rule.get(f"max{bound}", found):
            yield f"{value!r} is above max{bound}"
