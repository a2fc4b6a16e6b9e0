"""A template held against the SDKs of the providers, for several values of its parameters."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.azure.stand_in import models

from .expressions import Call, Literal, TemplateError
from .limits import out_of_limits
from .providers import PROVIDERS, added
from .template import OWN, Resource, Template, all_calls, referred

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/group"
TENANT = "00000000-0000-0000-0000-00000000000a"
_KEYS = OWN | {"location", "tags", "kind", "sku", "identity", "properties", "zones"}


def findings(raw: Mapping[str, Any], cases: Iterable[Mapping[str, Any]]) -> list[str]:
    """List all that ARM or a provider would refuse or drop, and what nothing uses.

    Args:
        raw: The template.
        cases: Values of its parameters, which together want each resource and take each branch.
    """
    try:
        found = [*_unknown(raw), *_unused(raw), *_unordered(raw)]
        wanted: set[str] = set()
        for values in cases:
            template = Template(raw, GROUP, "westeurope", TENANT, values, added)
            for resource in template.wanted():
                wanted.add(resource.symbol)
                found += _in_resource(resource)
            found += _in_outputs(template)
    except TemplateError as error:
        return [str(error)]
    return [*found, *(f"{symbol} is never wanted" for symbol in {*raw["resources"]} - wanted)]


def _in_resource(resource: Resource) -> Iterator[str]:
    at = resource.symbol
    if resource.type not in PROVIDERS:
        yield f"{at}: no SDK here knows the type {resource.type}"
        return
    provider = PROVIDERS[resource.type]
    if resource.version not in provider.versions:
        yield f"{at}: {resource.version} is none of {sorted(provider.versions)}"
    found = models.findings(provider.model, dict(resource.body)) or out_of_limits(resource)
    yield from (f"{at}.{each}" for each in found)


def _in_outputs(template: Template) -> Iterator[str]:
    types = {"String": str, "Int": int, "Bool": bool}
    for name, output in template.outputs().items():
        if not isinstance(output["value"], types[output["type"]]):
            yield f"output {name} is {output['value']!r}, no {output['type']}"


def _unknown(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield names that no part of the template has, in branches that no case takes, too."""
    for call in all_calls(raw):
        for function, section in (("parameters", "parameters"), ("variables", "variables")):
            if call.name == function and (name := _literal(call)) not in raw[section]:
                yield f"{function}('{name}'): the template has none of that name"
    for name in referred(raw):
        if name not in raw["resources"]:
            yield f"reference('{name}'): the template has no such resource"
    for key in {*raw} - {"$schema", "languageVersion", "contentVersion", "metadata"}:
        if key not in ("parameters", "variables", "resources", "outputs"):
            yield f"{key} is no part of a template"
    for symbol, resource in raw["resources"].items():
        yield from (f"{symbol}: {key} is no key of a resource" for key in {*resource} - _KEYS)


def _unused(raw: Mapping[str, Any]) -> Iterator[str]:
    used = {(call.name, _literal(call)) for call in all_calls(raw)}
    for section in ("parameters", "variables"):
        yield from (
            f"{section}.{name} is never used"
            for name in raw[section]
            if (section, name) not in used
        )


def _unordered(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield resources that name another's id and do not wait for it: ARM makes both at once."""
    named = {_identity(each): symbol for symbol, each in raw["resources"].items()}
    for symbol, resource in raw["resources"].items():
        waits = {*resource.get("dependsOn", []), *referred(resource), symbol}
        for call in all_calls({key: resource[key] for key in resource if key != "name"}):
            other = named.get(call.arguments) if call.name == "resourceId" else None
            if other and other not in waits:
                yield f"{symbol} names {other}, and does not depend on it"


def _identity(resource: Mapping[str, Any]) -> tuple[Any, ...]:
    from .expressions import is_expression, parse

    name = resource["name"]
    return Literal(resource["type"]), parse(name) if is_expression(name) else Literal(name)


def _literal(call: Call) -> Any:
    first = call.arguments[0] if call.arguments else None
    return first.value if isinstance(first, Literal) else None
