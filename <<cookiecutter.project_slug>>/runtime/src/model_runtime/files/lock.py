"""Locks of files and folders, which the system releases when a process ends, even by kill -9."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the exclusive lock of a file, which is made for it and stays.

    Raises:
        BlockingIOError: Another process holds it, and `wait` is false.
        OSError: The file can't be made or locked.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)


def try_lock(handle: int) -> bool:
    """Take the exclusive lock of an open file or folder, and hold it until that is closed.

    Returns:
        Whether it is held now; false where another process holds it, or the file system has none.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
