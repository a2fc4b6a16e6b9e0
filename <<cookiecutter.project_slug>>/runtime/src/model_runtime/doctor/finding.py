"""A finding of an examination, and failures that become some."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Literal, ParamSpec, TypeVar

from ..errors import ProjectError
from ..progress import explained

P = ParamSpec("P")
T = TypeVar("T")

Kind = Literal["fine", "look", "wrong"]
"""All is well; it may be meant, and somebody should look at it; it fails or answers wrongly."""


@dataclass(frozen=True)
class Finding:
    """A sentence about a part of the project."""

    kind: Kind
    part: str
    text: str


Findings = Generator[Finding, None, T]
"""Yields findings, and returns what the next examination goes on with; None where it can't."""


def attempted(
    part: str, function: Callable[P, T], *args: P.args, **options: P.kwargs
) -> Findings[T | None]:
    """Call a function; each sentence of its failure is a finding, and None is returned."""
    try:
        with explained(part):
            return function(*args, **options)
    except ProjectError as error:
        lines = str(error).split("\n")
        bullets = [line.strip().removeprefix("- ") for line in lines if line.startswith("  - ")]
        for text in bullets or [str(error)]:
            yield Finding("wrong", part, text)
    return None
