"""A file of JSON lines, followed by another when it is large; several workers may write to it."""

from collections.abc import Sequence
from pathlib import Path

from ...files.lock import locked
from ...settings.log import LogFile
from .delivery import Destination
from .event import Dropped, Event
from .sink import json_lines


class RotatingFile(Destination):
    """A file, and older ones beside it: `predictions.jsonl.1` is the one before."""

    name = "file"

    def __init__(self, settings: LogFile) -> None:
        """Take a path and limits; the folder is made when it is needed."""
        self._path, self._keep = settings.path, settings.keep
        self._most = settings.max_mb * 2**20

    def __str__(self) -> str:
        """See `Destination`."""
        return f"The file {self._path}"

    def encode(self, events: Sequence[Event | Dropped], times: Sequence[float]) -> bytes:
        """See `Destination`."""
        return json_lines(events)

    def write(self, content: bytes, events: int) -> None:
        """See `Destination`: all of it or, where the disk is full, none."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with locked(self._path.with_name(f".{self._path.name}.lock")):
            if (size := self._size()) and size + len(content) > self._most:
                self._rotate()
            with self._path.open("ab", buffering=0) as file:
                before = file.tell()
                try:
                    rest = memoryview(content)
                    while rest:
                        rest = rest[file.write(rest) :]
                except OSError:
                    file.truncate(before)
                    raise

    def _size(self) -> int:
        return self._path.stat().st_size if self._path.exists() else 0

    def _rotate(self) -> None:
        for number in range(self._keep, 0, -1):
            older, newer = self._numbered(number), self._numbered(number - 1)
            if newer.exists():
                newer.replace(older)
        if not self._keep:
            self._path.unlink()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path
