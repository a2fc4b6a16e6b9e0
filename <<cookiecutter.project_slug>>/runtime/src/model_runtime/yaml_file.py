"""YAML files of keys and values, read as people wrote them or refused with the line."""

from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml
from yaml import MappingNode, MarkedYAMLError, Node, SequenceNode
from yaml.parser import ParserError
from yaml.scanner import ScannerError

from .errors import ProjectError
from .yaml_loader import Loader, wrong

MOST_NODES = 1_000_000
"""Most values in a file, each alias counted with all that it stands for."""


def read_yaml(file: Path | Traversable, name: str) -> dict[str, Any]:
    """Read a file of keys and values; an empty one has none.

    Args:
        file: The file.
        name: The file's name in messages.

    Raises:
        ProjectError: It can't be read, is no YAML in UTF-8, has a key twice, or is something else
            than keys and values; the sentence says where.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ProjectError(f"{name} can't be read ({error.strerror or error}).") from error
    try:
        found = _parsed(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ProjectError(f"{name}, line {line}: is not UTF-8; save it as UTF-8.") from error
    except yaml.YAMLError as error:
        raise ProjectError(f"{name}{_sentence(error)}.") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        kind = "list" if isinstance(found, list) else "value"
        raise ProjectError(f"{name} is a {kind}; write lines of `key: value`.")
    return found


def _parsed(text: str) -> Any:
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _count(node, {})
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _count(node: Node, known: dict[Node, int]) -> int:
    """Return how many values a node stands for; aliases of aliases could make it any number."""
    if node in known:
        if not known[node]:
            raise wrong(node, "this holds itself by an alias; write it out")
        return known[node]
    known[node] = 0
    parts: list[Node] = []
    if isinstance(node, SequenceNode):
        parts = node.value
    elif isinstance(node, MappingNode):
        parts = [part for pair in node.value for part in pair]
    known[node] = 1 + sum(_count(part, known) for part in parts)
    if known[node] > MOST_NODES:
        raise wrong(node, f"its aliases stand for more than {MOST_NODES:,} values; write fewer")
    return known[node]


def _sentence(error: yaml.YAMLError) -> str:
    """Return what follows the file's name: the line where one is known, and the problem."""
    if not isinstance(error, MarkedYAMLError):
        return f" is not YAML: {' '.join(str(error).split())}"
    mark = error.problem_mark or error.context_mark
    line = f", line {mark.line + 1}" if mark else ""
    syntax = isinstance(error, ScannerError | ParserError)
    said = ", ".join(filter(None, [error.context, error.problem]))
    return f"{line}: {'is not YAML: ' if syntax else ''}{said}"
