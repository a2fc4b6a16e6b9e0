"""The answers and figures that the documentation shows, to be held against a run.

Other versions of the libraries learn a little differently, so shares may be off by `NEAR`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tools.examples import ROOT

from .services import get

NEAR = 0.005
"""The largest distance of a documented probability or metric from today's."""

_REQUEST = re.compile(
    r"http://127\.0\.0\.1:8000(/\S+) \\?\s*-d '(\{.*?\})'\n(\{[^\n]+\})", re.DOTALL
)


@dataclass(frozen=True)
class Example:
    """A request that a page shows with its answer."""

    path: str
    request: Any
    answer: dict[str, Any]


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def requests(text: str) -> list[Example]:
    """Return the requests with curl that a page shows."""
    found = _REQUEST.findall(text.replace("\n    ", "\n"))
    return [Example(path, json.loads(sent), json.loads(got)) for path, sent, got in found]


def check_answers(name: str, url: str) -> None:
    """Ask a service what a page shows, and see that it answers as shown."""
    shown = requests(page(name))
    assert shown, f"{name} shows no request"
    for example in shown:
        status, text = get(f"{url}{example.path}", json.dumps(example.request))
        assert status == 200, text
        assert json.loads(text) == {
            key: pytest.approx(value, abs=NEAR) if isinstance(value, float) else value
            for key, value in example.answer.items()
        }


def block(name: str, beginning: str) -> list[str]:
    """Return the lines of the page's block that has a line which begins so, without blanks."""
    for text in re.findall(r"```text\n(.*?)```", page(name), re.DOTALL):
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if any(line.startswith(beginning) for line in lines):
            return lines
    raise AssertionError(f"{name} has no block with '{beginning}'")


def table(name: str, heading: str) -> Iterator[tuple[str, list[float]]]:
    """Yield the rows of the page's table that begins so: a name and figures."""
    text = page(name).split(f"| {heading} |", 1)[1]
    for row in text.split("\n\n")[0].splitlines()[2:]:
        first, *figures = [cell.strip() for cell in row.strip("| ").split("|")]
        yield first, [float(figure) for figure in figures]


def figures(line: str) -> list[float]:
    """Return the numbers of a line of the log."""
    return [float(each.replace(",", "")) for each in re.findall(r"\d[\d,]*(?:\.\d+)?", line)]
