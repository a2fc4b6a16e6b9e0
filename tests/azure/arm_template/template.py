"""A template with symbolic names, deployed to a resource group: which resources, in which order."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .evaluate import Evaluator
from .expressions import Call, Literal, TemplateError, calls, is_expression, parse
from .functions import functions, typed
from .parameters import read_parameters

OWN = {"type", "apiVersion", "name", "condition", "dependsOn", "scope"}
"""Keys of a resource that are the template's, not the provider's."""

Answered = Callable[[str], Mapping[str, Any]]
"""The properties of a resource that is there, by its id."""


@dataclass(frozen=True)
class Resource:
    """A resource as its provider gets it."""

    symbol: str
    id: str
    type: str
    version: str
    body: Mapping[str, Any]


@dataclass
class Template:
    """A template and the values of its parameters.

    Attributes:
        raw: The whole file.
        group: The resource group's id.
        location: The resource group's.
        tenant: The subscription's.
        given: Values of parameters by their names.
        answered: What resources answer.
    """

    raw: Mapping[str, Any]
    group: str
    location: str
    tenant: str
    given: Mapping[str, Any]
    answered: Answered

    def __post_init__(self) -> None:
        """Refuse what ARM refuses before it makes anything.

        Raises:
            TemplateError: A parameter doesn't fit, or something names what isn't there.
        """
        known = functions(self.group, self.location, self.tenant)
        first = Evaluator(known, {}, {}, self._reference)
        values = read_parameters(self.raw["parameters"], self.given, first.value)
        self._evaluator = Evaluator(known, values, self.raw.get("variables", {}), self._reference)
        self._ids = {symbol: self._id(resource) for symbol, resource in self._resources.items()}
        assert self.order

    @property
    def _resources(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.raw["resources"]
        return found

    @cached_property
    def order(self) -> list[str]:
        """The symbolic names of the resources, each behind those that it depends on."""
        placed: list[str] = []

        def place(symbol: str, way: tuple[str, ...] = ()) -> None:
            if symbol in way:
                raise TemplateError(f"{' -> '.join([*way, symbol])} depends on itself")
            for each in self.needs(symbol):
                place(each, (*way, symbol))
            if symbol not in placed:
                placed.append(symbol)

        for symbol in self._resources:
            place(symbol)
        return placed

    def needs(self, symbol: str) -> list[str]:
        """Return the resources that one waits for: those in dependsOn, and those it refers to."""
        resource = self._resources[symbol]
        named = [*resource.get("dependsOn", []), *referred(resource)]
        for each in resource.get("dependsOn", []):
            if each not in self._resources:
                raise TemplateError(f"{symbol} depends on {each}, which isn't there")
        return [each for each in named if each in self._resources]

    def is_wanted(self, symbol: str) -> bool:
        """Return whether a resource's condition holds."""
        condition = self._evaluator.value(self._resources[symbol].get("condition", True))
        if not isinstance(condition, bool):
            raise TemplateError(f"{symbol}.condition is {condition!r}, neither true nor false")
        return condition

    def wanted(self) -> Iterator[Resource]:
        """Yield the resources whose condition holds, in order; each is evaluated when it is due."""
        for symbol in self.order:
            if self.is_wanted(symbol):
                raw = self._resources[symbol]
                body = {key: value for key, value in raw.items() if key not in OWN}
                yield Resource(
                    symbol,
                    self._ids[symbol],
                    raw["type"],
                    raw["apiVersion"],
                    self._evaluator.value(body),
                )

    def outputs(self) -> dict[str, Any]:
        """Return the outputs, each with its type."""
        return {
            name: {"type": output["type"].title(), "value": self._evaluator.value(output["value"])}
            for name, output in self.raw.get("outputs", {}).items()
        }

    def _id(self, resource: Mapping[str, Any]) -> str:
        names = tuple(self._evaluator.value(resource["name"]).split("/"))
        scope = self._evaluator.value(resource.get("scope", ""))
        below = f"{self.group}/providers/{scope}" if scope else self.group
        return f"{below}/providers/{typed(resource['type'], names)}"

    def _reference(self, name: str) -> Mapping[str, Any]:
        if name.startswith("/"):
            return self.answered(name)
        if name not in self._resources:
            raise TemplateError(f"there is no resource {name}")
        if not self.is_wanted(name):
            raise TemplateError(f"{name} is referred to, though its condition does not hold")
        return self.answered(self._ids[name])


def referred(part: Any) -> list[str]:
    """Return the texts that a part of a template gives to `reference`."""
    return [
        call.arguments[0].value
        for call in all_calls(part)
        if call.name == "reference" and isinstance(call.arguments[0], Literal)
    ]


def all_calls(part: Any) -> Iterator[Call]:
    """Yield each call in a part of a template."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            yield from all_calls(key)
            yield from all_calls(value)
    elif isinstance(part, list):
        for value in part:
            yield from all_calls(value)
    elif isinstance(part, str) and is_expression(part):
        yield from calls(parse(part))
