"""Replacement of a file: whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..errors import ProjectError
from .lock import try_lock


class Part:
    """A file that is being written beside the one whose place it takes at the end."""

    def __init__(self, target: Path) -> None:
        """Begin a hidden file beside the target, or begin again the one that a crash left there.

        Raises:
            ProjectError: Another process is writing it.
        """
        self._target = target.resolve()
        self.path = self._target.with_name(f".{self._target.name}.part")
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self.file: BinaryIO = self.path.open("ab")
        if not self._owned():
            self.file.close()
            raise ProjectError(f"Another run is writing {target}; wait until it is done.")
        self.file.truncate(0)
        self._placed = False

    def _owned(self) -> bool:
        """Lock the part; it must not have taken its place between opening and locking."""
        handle = self.file.fileno()
        try:
            return try_lock(handle) and os.path.samestat(self.path.stat(), os.fstat(handle))
        except FileNotFoundError:
            return False

    def finish(self) -> None:
        """Bring all that was written to the disk, so that only renaming is left."""
        self.file.flush()
        os.fsync(self.file.fileno())

    def replace(self) -> None:
        """Take the target's place."""
        self.path.replace(self._target)
        self._placed = True

    def remove_target(self) -> None:
        """Remove the file that an earlier run put in place, where nothing takes its place."""
        self._target.unlink(missing_ok=True)

    def discard(self) -> None:
        """Close the file, and remove it if it is not in place."""
        try:
            if not self._placed:  # while the lock is held: afterwards it may be another process's
                self.path.unlink(missing_ok=True)
        finally:
            self.file.close()


@contextmanager
def part_of(target: Path) -> Iterator[Part]:
    """Yield a part that is gone when the block ends, unless it took the target's place."""
    part = Part(target)
    try:
        yield part
    finally:
        part.discard()


@contextmanager
def replacing_file(target: Path) -> Iterator[Path]:
    """Yield an empty file beside the target; if all goes well, it takes the target's place.

    Raises:
        ProjectError: Another process is writing it, or it can't be written; the target is as it
            was.
    """
    try:
        with part_of(target) as part:
            yield part.path
            part.finish()
            part.replace()
    except OSError as error:
        raise ProjectError(f"{target} can't be written ({error.strerror or error}).") from error
