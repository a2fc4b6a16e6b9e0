"""Markdown as GitHub reads it, made such that Python-Markdown reads the same."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter

_FENCE = re.compile(r" *(```+)(.*)")
_LINK = re.compile(r"(?<!`)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?!https?:|mailto:)([^)\s]+)\)")
_ITEM = re.compile(r"( *)(-|\d+\.) ")


def each_link(text: str, change: Callable[[str, str], str]) -> str:
    """Return a page whose links, but those to other hosts, were changed.

    Args:
        text: The page.
        change: Gets a link's words and where it leads, and returns what takes its place.
    """
    parts = (
        ("\n".join(line for line, _ in lines), code)
        for code, lines in groupby(_lines(text), key=itemgetter(1))
    )
    return "\n".join(
        part if code else _LINK.sub(lambda found: change(found[1], found[2]), part)
        for part, code in parts
    )


def for_python_markdown(text: str) -> str:
    """Return a page for a reader that wants four blanks in lists, and keywords behind languages."""
    written: list[str] = []
    width = 0
    for line, code in _lines(text):
        if not code and line[:1].strip():
            width = len(found[0]) if (found := _ITEM.match(line)) else 0
        inside = width and line.startswith(" " * width)
        deeper = " " * (4 - width) + line if inside else line
        fence = _FENCE.fullmatch(deeper)
        written.append(deeper[: fence.start(2)] + _named(fence[2]) if fence else deeper)
    return "\n".join(written)


def _named(information: str) -> str:
    """Return a block's language, with its title if it has one."""
    language, _, note = information.strip().partition(" ")
    return f"{language} {note}" if note.startswith("title=") else language


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the lines, and whether each is code, fences included."""
    end = ""
    for line in text.split("\n"):
        fence = _FENCE.fullmatch(line)
        yield line, bool(fence or end)
        if fence and not end:
            end = fence[1]
        elif fence and fence[1] == end and not fence[2]:
            end = ""
