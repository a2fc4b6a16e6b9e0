"""One file's import lines, changed where they stand; all else stays as it is, comments included."""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_MODULE = re.compile(r"from[\s\\.\w]*?\bimport\b")
_CLASS = re.compile(r"class\s+DataLoader\s*(\(\s*\))?(?=\s*:)")
_NEEDED = "from model_runtime import BaseDataLoader"


@dataclass(frozen=True)
class Place:
    """The names that a file's imports are compared with."""

    package: tuple[str, ...]
    """The file's folder as a package, such as `titanic.use_case`."""
    gone: Callable[[str], bool]
    """Tells whether a module was the template's and is no longer in the project."""
    public: Mapping[str, str]
    """The library's public names, each with the module that has it."""


@dataclass
class Rewritten:
    """A file's new text, and sentences by line about what has to be changed by hand."""

    text: str
    left: list[tuple[int, str]] = field(default_factory=list)


def rewrite(text: str, place: Place) -> Rewritten:
    """Change what can be changed.

    Raises:
        SyntaxError: The text is no Python.
    """
    tree = ast.parse(text)
    source = _Source(text)
    left: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            left += _import_from(node, place, source)
        elif isinstance(node, ast.Import):
            left += [(node.lineno, _moved(one.name)) for one in node.names if place.gone(one.name)]
    if "use_case" in place.package:
        _derive(tree, source)
    return Rewritten(source.changed(), sorted(left))


def _moved(name: str) -> str:
    return f"{name} is gone from the project; import what you need of it by its name"


def _import_from(node: ast.ImportFrom, place: Place, source: "_Source") -> list[tuple[int, str]]:
    """Change an import of public names; return what is left of it."""
    module = _absolute(node, place.package)
    if not place.gone(module):
        return [
            (node.lineno, _moved(name))
            for alias in node.names
            if place.gone(name := f"{module}.{alias.name}")
        ]
    there = [alias for alias in node.names if alias.name in place.public]
    others = [alias for alias in node.names if alias not in there]
    left = [
        (node.lineno, f"{alias.name} was {module}'s, which is internal now: no public name has it")
        for alias in others
    ]
    homes = sorted({place.public[alias.name] for alias in there})
    segment = source.segment(node)
    if len(homes) == 1 and not others:
        source.replace(node, _MODULE.sub(f"from {homes[0]} import", segment, count=1))
    elif homes and "#" in segment:
        left.append((node.lineno, "this import has to be split, and has a comment in it"))
    elif homes:
        kept = _MODULE.match(segment)
        lines = [_line(f"from {home} import", there, place.public, home) for home in homes]
        lines += [f"{kept[0]} {_listed(others)}"] if kept and others else []
        source.replace(node, source.separator(node).join(lines))
    return left


def _line(start: str, names: list[ast.alias], public: Mapping[str, str], home: str) -> str:
    return f"{start} {_listed([alias for alias in names if public[alias.name] == home])}"


def _listed(names: list[ast.alias]) -> str:
    return ", ".join(f"{one.name} as {one.asname}" if one.asname else one.name for one in names)


def _absolute(node: ast.ImportFrom, package: tuple[str, ...]) -> str:
    above = package[: len(package) - node.level + 1] if node.level else ()
    return ".".join([*above, *([node.module] if node.module else [])])


def _derive(tree: ast.Module, source: "_Source") -> None:
    """Derive a DataLoader that has no base from the library's."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and (head := _CLASS.match(source.segment(node))):
            source.replace(node, "class DataLoader(BaseDataLoader)", len(head[0].encode()))
            if not _imports(tree, "BaseDataLoader"):
                source.add_line(_NEEDED, after=_first_lines(tree))


def _imports(tree: ast.Module, name: str) -> bool:
    imports = (node for node in tree.body if isinstance(node, ast.ImportFrom))
    return any(alias.name == name for node in imports for alias in node.names)


def _first_lines(tree: ast.Module) -> int:
    """Return the last line of the docstring and of the imports of other packages."""
    last = tree.body[0].lineno - 1
    for number, node in enumerate(tree.body):
        relative = isinstance(node, ast.ImportFrom) and node.level > 0
        document = number == 0 and isinstance(node, ast.Expr)
        if not document and not isinstance(node, ast.Import | ast.ImportFrom):
            break
        last = last if relative else node.end_lineno or 0
    return last


class _Source:
    """A text whose nodes are replaced; `ast` counts its columns in bytes of UTF-8."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = text.encode().splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        self._changes: list[tuple[int, int, bytes]] = []

    def _span(self, node: ast.stmt) -> tuple[int, int]:
        begin = self._starts[node.lineno - 1] + node.col_offset
        return begin, self._starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)

    def segment(self, node: ast.stmt) -> str:
        begin, end = self._span(node)
        return self.text.encode()[begin:end].decode()

    def separator(self, node: ast.stmt) -> str:
        """Return what parts two statements in this place: a new line, where one begins it."""
        before = self._lines[node.lineno - 1][: node.col_offset]
        return "; " if before.strip() else self._end() + before.decode()

    def replace(self, node: ast.stmt, new: str, length: int | None = None) -> None:
        """Replace a statement, or as many bytes of its beginning."""
        begin, end = self._span(node)
        end = end if length is None else begin + length
        self._changes.append((begin, end, new.encode()))

    def add_line(self, line: str, after: int) -> None:
        place = self._starts[after]
        begun = after and not self._lines[after - 1].endswith((b"\n", b"\r"))
        self._changes.append(
            (place, place, f"{self._end() * bool(begun)}{line}{self._end()}".encode())
        )

    def _end(self) -> str:
        """Return the file's own end of a line."""
        return "\r\n" if self._lines and self._lines[0].endswith(b"\r\n") else "\n"

    def changed(self) -> str:
        content = self.text.encode()
        for begin, end, new in sorted(self._changes, reverse=True):
            content = content[:begin] + new + content[end:]
        return content.decode()
