"""Expressions evaluated: in the place of parameters, variables and other resources' answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .expressions import Call, Literal, Node, TemplateError, is_expression, parse

Reference = Callable[[str], Mapping[str, Any]]
"""The properties of a resource, by its symbolic name or id."""


@dataclass
class Evaluator:
    """Values of a template's expressions.

    Attributes:
        functions: By their names in lower case.
        parameters: Their values.
        variables: As the template has them; each is evaluated when it is asked for.
        reference: What other resources answer.
    """

    functions: Mapping[str, Callable[..., Any]]
    parameters: Mapping[str, Any]
    variables: Mapping[str, Any]
    reference: Reference
    _lambda: dict[str, Any] = field(default_factory=dict)

    def value(self, raw: Any) -> Any:
        """Evaluate all expressions in a part of a template, in its keys, too."""
        if isinstance(raw, dict):
            return {self.value(key): self.value(each) for key, each in raw.items()}
        if isinstance(raw, list):
            return [self.value(each) for each in raw]
        if isinstance(raw, str) and is_expression(raw):
            return self._node(parse(raw))
        return raw.removeprefix("[") if isinstance(raw, str) and raw.startswith("[[") else raw

    def _node(self, node: Node) -> Any:
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Call):
            return self._call(node)
        return _member(self._node(node.of), self._node(node.key))

    def _call(self, call: Call) -> Any:
        name = call.name.lower()
        if own := getattr(self, f"_do_{name}", None):
            return own(*call.arguments)
        if name not in self.functions:
            raise TemplateError(f"there is no function {call.name}")
        arguments = [self._node(argument) for argument in call.arguments]
        try:
            return self.functions[name](*arguments)
        except (TypeError, ValueError, AttributeError) as error:
            raise TemplateError(f"{call.name}: {error}") from error

    def _do_if(self, condition: Node, one: Node, other: Node) -> Any:
        """Evaluate only the branch that is taken."""
        found = self._node(condition)
        if not isinstance(found, bool):
            raise TemplateError(f"if: {found!r} is neither true nor false")
        return self._node(one if found else other)

    def _do_parameters(self, name: Node) -> Any:
        return _member(self.parameters, self._node(name), "parameter")

    def _do_variables(self, name: Node) -> Any:
        return self.value(_member(self.variables, self._node(name), "variable"))

    def _do_reference(self, name: Node, version: Node | None = None) -> Any:
        return self.reference(self._node(name))

    def _do_map(self, values: Node, mapping: Node) -> list[Any]:
        if not (isinstance(mapping, Call) and mapping.name == "lambda"):
            raise TemplateError("map: its second argument is no lambda")
        name, body = mapping.arguments
        found = []
        for each in self._node(values):
            self._lambda[self._node(name)] = each
            found.append(self._node(body))
        return found

    def _do_lambdavariables(self, name: Node) -> Any:
        return _member(self._lambda, self._node(name), "variable of a lambda")


def _member(of: Any, key: Any, kind: str = "property") -> Any:
    if isinstance(of, list) and isinstance(key, int):
        return of[key]
    if not isinstance(of, Mapping):
        raise TemplateError(f"{of!r} has no {kind} {key}")
    if key not in of:
        raise TemplateError(f"there is no {kind} {key}; there are {', '.join(sorted(of))}")
    return of[key]
