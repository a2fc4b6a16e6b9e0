"""The expressions of ARM templates, `[concat(parameters('name'), '-logs')]`, parsed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any


class TemplateError(Exception):
    """A template that Azure Resource Manager would refuse."""


@dataclass(frozen=True)
class Literal:
    """A text or a number."""

    value: Any


@dataclass(frozen=True)
class Call:
    """A function and its arguments."""

    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True)
class Member:
    """A property or an element of what is before it."""

    of: "Node"
    key: "Node"


Node = Literal | Call | Member

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<name>\w+)|(?P<sign>.))")


def is_expression(text: str) -> bool:
    """Return whether a text in a template is evaluated; `[[` begins one that isn't."""
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


@cache
def parse(text: str) -> Node:
    """Parse an expression with its brackets.

    Raises:
        TemplateError: It has no such form.
    """
    found = (each for each in _TOKEN.finditer(text[1:-1]))
    tokens = [(str(each.lastgroup), each[str(each.lastgroup)]) for each in found]
    parser = _Parser(text, [(kind, value) for kind, value in tokens if value.strip()])
    node = parser.node()
    if parser.tokens:
        raise TemplateError(f"{text}: {parser.tokens[0][1]} is too much")
    return node


def calls(node: Node) -> Iterator[Call]:
    """Yield all calls in an expression."""
    if isinstance(node, Member):
        yield from calls(node.of)
        yield from calls(node.key)
    elif isinstance(node, Call):
        yield node
        for argument in node.arguments:
            yield from calls(argument)


@dataclass
class _Parser:
    text: str
    tokens: list[tuple[str, str]]

    def node(self) -> Node:
        kind, value = self._next()
        node: Node
        if kind == "text":
            node = Literal(value[1:-1].replace("''", "'"))
        elif kind == "number":
            node = Literal(int(value))
        elif kind == "name":
            node = Call(value, self._arguments())
        else:
            raise TemplateError(f"{self.text}: {value} stands where a value has to")
        return self._members(node)

    def _members(self, node: Node) -> Node:
        while self.tokens and self.tokens[0][1] in (".", "["):
            if self._next()[1] == ".":
                node = Member(node, Literal(self._next()[1]))
            else:
                node = Member(node, self.node())
                self._expect("]")
        return node

    def _arguments(self) -> tuple[Node, ...]:
        self._expect("(")
        found: list[Node] = []
        while self.tokens and self.tokens[0][1] != ")":
            if found:
                self._expect(",")
            found.append(self.node())
        self._expect(")")
        return tuple(found)

    def _next(self) -> tuple[str, str]:
        if not self.tokens:
            raise TemplateError(f"{self.text}: ends too early")
        return self.tokens.pop(0)

    def _expect(self, sign: str) -> None:
        if (found := self._next()[1]) != sign:
            raise TemplateError(f"{self.text}: {found} stands where {sign} has to")
