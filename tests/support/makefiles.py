"""Targets of a Makefile, and where a text names some."""

import re
from pathlib import Path

NAMED = re.compile(r"(?:`|\$ |^ {2,})make ((?:[a-z][a-z-]*[a-z] ?)+)", re.MULTILINE)
_VARIABLE = re.compile(r"\b([A-Z][A-Z0-9_]*)=|\$\((?:value )?([A-Z][A-Z0-9_]*)\)")
_TARGET = re.compile(r"^([a-z][a-z-]*):.*## ", re.MULTILINE)


def targets(folder: Path) -> set[str]:
    """Return the targets of a folder's Makefile that are for users."""
    return set(_TARGET.findall((folder / "Makefile").read_text("utf-8")))


class Makefile:
    """A folder's Makefile: its targets for users, and the variables that each of them takes."""

    def __init__(self, folder: Path) -> None:
        self._text = (folder / "Makefile").read_text("utf-8").replace("\\\n", " ")
        self.targets = targets(folder)
        self._macros = dict(re.findall(r"^([A-Z_]+) [:?]?= (.*)$", self._text, re.MULTILINE))

    def variables(self, target: str) -> set[str]:
        """Return the variables in a target's help, and those that its commands look at."""
        pattern = rf"^{target}:(?:.*\n)(?:\t.*\n|ifeq.*\n|else\n|endif\n)*"
        text = self._expanded("".join(re.findall(pattern, self._text, re.MULTILINE)))
        return {name for each in _VARIABLE.findall(text) for name in each if name}

    def _expanded(self, text: str) -> str:
        """Return commands with what other variables of the file put into them."""
        found = re.findall(r"\$\(([A-Z_]+)\)", text)
        return text + "".join(self._expanded(self._macros.get(name, "")) for name in {*found})
