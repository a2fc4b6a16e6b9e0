"""Targets of a Makefile, and where a text names some."""

import re
from pathlib import Path

NAMED = re.compile(r"(?:`|\$ |^ {2,})make ((?:[a-z][a-z-]*[a-z] ?)+)", re.MULTILINE)
_TARGET = re.compile(r"^([a-z][a-z-]*):.*## ", re.MULTILINE)


def targets(folder: Path) -> set[str]:
    """Return the targets of a folder's Makefile that are for users."""
    return set(_TARGET.findall((folder / "Makefile").read_text("utf-8")))
