"""The forms of YAML that are read here, and what they mean.

PyYAML reads YAML 1.1, in which `no` is false, `1e6` a text, `010` eight and `12:30` seconds, and
lets the last of two equal keys win. Here a value is a number, true, false or null where the core
schema of YAML 1.2 says so, in decimal; a number with a leading zero, which others read as octal, is
an error; all else is text as it was written, and so is every key.
"""

import re
from typing import Any, ClassVar

import yaml
from yaml import MappingNode, MarkedYAMLError, Node, ScalarNode

DEEPEST = 100
"""Most levels of lists and mappings in a file."""

_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
_OCTAL = re.compile("[-+]?0[0-9]+")

_FORMS = (
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", "true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", "[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", list("-+.")),
)
"""Tag, form and first characters of what is no text (YAML 1.2.2, 10.3.2)."""


class Loader(yaml.SafeLoader):
    """SafeLoader with other forms, and without the types that JSON has not."""

    # Only merging (of what an alias names) is left of YAML 1.1.
    yaml_implicit_resolvers = {  # noqa: RUF012
        first: forms
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
        if [tag for tag, _ in forms] == [_MERGE]
    }
    yaml_constructors: ClassVar[dict[Any, Any]] = {
        tag: construct
        for tag, construct in yaml.SafeLoader.yaml_constructors.items()
        if tag in {f"{_TAG}null", f"{_TAG}seq", f"{_TAG}map"}
    }

    depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """Return a node that doesn't lie too deep."""
        if self.depth == DEEPEST:
            problem = f"is nested deeper than {DEEPEST} levels; write it flatter"
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise MarkedYAMLError(problem=problem, problem_mark=mark)
        self.depth += 1
        node: Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def compose_mapping_node(self, anchor: Any) -> MappingNode:
        """Return a mapping whose keys are texts, no two of them the same."""
        node = super().compose_mapping_node(anchor)
        lines: dict[str, int] = {}
        for place, (key, value) in enumerate(node.value):
            if not isinstance(key, ScalarNode):
                raise wrong(key, "a key is a text, and this is a list or a mapping; write a text")
            if key.value in lines:
                shown, first = key.value[:80], lines[key.value]
                raise wrong(key, f"the key '{shown}' stands twice, first in line {first}")
            lines[key.value] = key.start_mark.line + 1
            if key.tag != _MERGE:
                text = ScalarNode(f"{_TAG}str", key.value, key.start_mark, key.end_mark)
                node.value[place] = (text, value)
        return node


def wrong(node: Node, problem: str) -> MarkedYAMLError:
    """Return the error of a node, with its place."""
    return MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


def _text(loader: Loader, node: ScalarNode) -> str:
    try:
        # JSON, which is YAML, may write one character as an escaped pair of surrogates.
        return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise wrong(node, "half of a surrogate pair is no character; remove it") from None


def _number(loader: Loader, node: ScalarNode) -> int | float:
    written = node.value
    if _OCTAL.fullmatch(written):
        raise wrong(
            node,
            f"{written} is {int(written)} to some readers of YAML and an octal number to others; "
            f"write {int(written)}, or '{written}' if it is a text",
        )
    try:
        if node.tag == f"{_TAG}int":
            return int(written)
        return float(re.sub(r"\.(?=[a-zA-Z])", "", written))
    except ValueError:
        raise wrong(node, f"'{written[:80]}' is not a number that can be read") from None


def _boolean(loader: Loader, node: ScalarNode) -> bool:
    if (word := node.value.lower()) not in ("true", "false"):
        raise wrong(node, f"'{node.value[:80]}' is neither true nor false; write one of them")
    return bool(word == "true")


def _unknown(loader: Loader, node: Node) -> Any:
    raise wrong(node, f"the tag {node.tag} means nothing here; remove it, or quote the text")


for _name, _form, _firsts in _FORMS:
    Loader.add_implicit_resolver(f"{_TAG}{_name}", re.compile(f"(?:{_form})\\Z"), _firsts)
Loader.add_constructor(f"{_TAG}str", _text)
Loader.add_constructor(f"{_TAG}int", _number)
Loader.add_constructor(f"{_TAG}float", _number)
Loader.add_constructor(f"{_TAG}bool", _boolean)
Loader.add_constructor(None, _unknown)
