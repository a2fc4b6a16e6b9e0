"""The tutorial, played as its reader does: files written, commands run, output compared."""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .blocks import Block

PATIENCE = 300
"""Seconds that a command may take."""

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:e-?\d+)?")
_NEAR = 0.1
"""The largest relative difference of a fraction from the one that is shown."""


@dataclass
class Player:
    """A reader of the tutorial in a folder."""

    folder: Path
    environment: Mapping[str, str]
    changed: Mapping[str, str]
    """The parts that the reader writes otherwise than they stand there, such as an address."""
    told: list[str] = field(default_factory=list)
    """The commands, and the seconds that they took."""
    services: list[subprocess.Popen[str]] = field(default_factory=list)

    def play(self, block: Block) -> None:
        """Do what a block says."""
        if block.language == "console":
            for command, shown in _commands(block):
                self._command(command, shown, goes_on=block.note == "goes on")
        else:
            path = block.note.removeprefix('title="').removesuffix('"')
            (self.folder / path).write_text(self._changed(block.text), "utf-8")

    def stop(self) -> None:
        """Press Ctrl-C where something still runs."""
        for service in self.services:
            if service.poll() is None:
                os.killpg(service.pid, signal.SIGINT)
        for service in self.services:
            service.wait(PATIENCE)
        self.services.clear()

    def _command(self, command: str, shown: str, goes_on: bool) -> None:
        if command.startswith("cd "):
            self.folder /= command.removeprefix("cd ")
            return
        began = time.monotonic()
        words = ["bash", "-c", self._changed(command)]
        process = subprocess.Popen(
            words,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        if goes_on:
            self.services.append(process)
            self._wait_for(process, shown)
            return
        output, _ = process.communicate(timeout=PATIENCE)
        self.told.append(f"{time.monotonic() - began:5.1f} s  $ {command}")
        fails = "make: ***" in shown
        assert (process.returncode != 0) == fails, f"$ {command}\n{output}"
        assert alike(self._changed(shown), output), f"$ {command}\n{output}"

    def _wait_for(self, process: subprocess.Popen[str], shown: str) -> None:
        """Read what a service says until it has said what is shown."""
        said = ""
        assert process.stdout
        for line in process.stdout:
            said += line
            if alike(self._changed(shown), said):
                # Its pipe must not fill.
                threading.Thread(target=process.stdout.read, daemon=True).start()
                return
        raise AssertionError(f"it ended and had said:\n{said}")

    def _changed(self, text: str) -> str:
        for old, new in self.changed.items():
            text = text.replace(old, new)
        return text


def _commands(block: Block) -> list[tuple[str, str]]:
    """Return each command of a recording with the output that is shown below it."""
    found, rest = [], block.text
    for command in block.commands:
        _, _, rest = rest.partition(f"$ {command}\n")
        found.append((command, rest.split("\n$ ")[0] if not rest.startswith("$ ") else ""))
    return found


def alike(shown: str, output: str) -> bool:
    """Tell whether an output is what is shown.

    `…` is anything, also lines. Blanks don't count, and fractions may differ a little.
    """
    expected: list[str] = []
    pattern = _pattern(shown, expected.append)
    found = re.fullmatch(pattern, _flat(output), re.DOTALL)
    return found is not None and all(map(_near, expected, found.groups()))


def _pattern(shown: str, expect: Callable[[str], None]) -> str:
    parts = []
    for text in re.split("(…)", _flat(shown)):
        if text == "…":
            parts.append(".*?")
            continue
        end = 0
        for number in _NUMBER.finditer(text):
            expect(number[0])
            parts += [re.escape(text[end : number.start()]), f"({_NUMBER.pattern})"]
            end = number.end()
        parts.append(re.escape(text[end:]))
    return "".join(parts)


def _near(shown: str, found: str) -> bool:
    if "." not in shown:
        return shown == found
    number, other = (float(text.replace(",", "")) for text in (shown, found))
    return abs(number - other) <= _NEAR * max(abs(number), abs(other)) + 0.005


def _flat(text: str) -> str:
    return " ".join(text.split())
