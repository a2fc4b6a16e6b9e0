"""Blocks of code in the documentation, and the commands with `make` in them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from textwrap import dedent

from tools.examples import ROOT

FOLDERS = ("docs", "runtime/docs")
"""The folders of documentation, of which each block of code is checked."""

_FENCED = re.compile(r"^( *)```(?!`)([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?<=\n\n) {4,}(?![-*\d ])\S.*")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


@dataclass(frozen=True)
class Block:
    """A block of code of a page."""

    page: str
    line: int
    language: str
    note: str
    text: str

    def __str__(self) -> str:
        """Return its place."""
        return f"{self.page}:{self.line}"

    @property
    def commands(self) -> list[str]:
        """The commands for a shell, each whole: of a recording, those behind the prompt."""
        prompt = "$ " if self.language == "console" else ""
        lines = self.text.splitlines() if self.language in ("console", "sh") else []
        found: list[str] = []
        for line in lines:
            if found and _is_open(found[-1]):
                found[-1] += f"\n{line}"
            elif line.startswith(prompt):
                found.append(line.removeprefix(prompt))
        return found


def _is_open(command: str) -> bool:
    """Tell whether a command goes on in the next line."""
    if command.endswith("\\"):
        return True
    try:
        shlex.split(command, comments=True)
    except ValueError:
        return True
    return False


def pages() -> list[Path]:
    """Return all pages of the documentation."""
    return [page for folder in FOLDERS for page in sorted((ROOT / folder).rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """Return a page's fenced blocks."""
    text = page.read_text("utf-8")
    name = page.relative_to(ROOT).as_posix()
    found = []
    for each in _FENCED.finditer(text):
        language, _, note = each[2].strip().partition(" ")
        line = text.count("\n", 0, each.start()) + 1
        found.append(Block(name, line, language, note, dedent(each[3])))
    return found


def indented(page: Path) -> list[str]:
    """Return the first lines of blocks that are only indented, so that no language is known."""
    text = page.read_text("utf-8")
    return _INDENTED.findall(_FENCED.sub("", text))


@dataclass(frozen=True)
class Make:
    """A command with `make`: its targets, and the variables that it is given."""

    targets: tuple[str, ...]
    variables: frozenset[str]


def makes(command: str) -> Iterator[Make]:
    """Yield the commands with `make` in a line for a shell."""
    words = shlex.split(command, comments=True)
    given: set[str] = set()
    targets: list[str] | None = None
    for before, word in pairwise(["", *words, ";"]):
        name, sign, _ = word.partition("=")
        if sign and _VARIABLE.fullmatch(name):
            given.add(name)
        elif word == "make" and targets is None:
            given, targets = set(), []
        elif targets is not None and before != "-C" and re.fullmatch(r"[a-z][a-z-]*", word):
            targets.append(word)
        elif word in (";", "&&", "|", "||", "&") or word.endswith(";"):
            if targets is not None:
                yield Make(tuple(targets), frozenset(given))
            given, targets = set(), None
