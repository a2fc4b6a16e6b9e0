"""Replace a file: whole or not at all."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..errors import ProjectError


class Part:
    """A file that is being written beside the one whose place it takes at the end."""

    def __init__(self, target: Path) -> None:
        """Begin a hidden file beside the target, or begin again what a crash left there.

        Raises:
            ProjectError: Another run writes it.
        """
        self._target = target.resolve()
        self._path = self._target.with_name(f".{self._target.name}.part")
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self.file: BinaryIO = self._path.open("ab")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = os.path.samestat(
                self._path.stat(), os.fstat(self.file.fileno())
            )  # not renamed since it was opened
        except OSError:
            mine = False
        if not mine:
            self.file.close()
            raise ProjectError(f"Another run is writing {target}; wait for its end.")
        self.file.truncate(0)
        self._placed = False

    def finish(self) -> None:
        """Bring all that was written to the disk, so that only renaming is left."""
        self.file.flush()
        os.fsync(self.file.fileno())

    def replace(self) -> None:
        """Take the target's place."""
        self._path.replace(self._target)
        self._placed = True

    def remove_target(self) -> None:
        """Remove what an earlier run put in place, where there is nothing to take it."""
        self._target.unlink(missing_ok=True)

    def discard(self) -> None:
        """Close the file, and remove it if it is not in place."""
        try:
            self.file.close()
        finally:
            if not self._placed:
                self._path.unlink(missing_ok=True)


@contextmanager
def part_of(target: Path) -> Iterator[Part]:
    """Yield a part that is gone when the block ends, unless it took the target's place."""
    part = Part(target)
    try:
        yield part
    finally:
        part.discard()
