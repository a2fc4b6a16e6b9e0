"""Replace a folder: whole or not at all, and never while it is read."""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import ProjectError

_RETIRED = ".retired"


def check_ours(folder: Path, mark: str) -> None:
    """See that a folder may be replaced.

    Args:
        folder: The folder.
        mark: A file that is in it if it was written here before.

    Raises:
        ProjectError: It holds something else.
    """
    if folder.exists() and not (folder / mark).is_file() and any(folder.iterdir()):
        raise ProjectError(
            f"{folder} holds files that training did not write and would replace; choose another "
            "folder in config.yaml (paths), or empty it."
        )


@contextmanager
def replacing(folder: Path, mark: str) -> Iterator[Path]:
    """Yield an empty folder beside the given one; if all goes well, it takes its place.

    Raises:
        ProjectError: The folder holds what was not written here (see `check_ours`), or it can't be
            written; it is as it was.
    """
    try:
        with _replacing(folder.resolve(), mark) as beside:
            yield beside
    except OSError as error:
        hint = (
            "; it is mounted: mount the folder around it, or name one inside of it (paths)"
            if error.errno == errno.EBUSY
            else ""
        )
        raise ProjectError(
            f"{folder} can't be written ({error.strerror or error}){hint}."
        ) from error


@contextmanager
def _replacing(folder: Path, mark: str) -> Iterator[Path]:
    check_ours(folder, mark)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        beside.chmod(0o755)
        yield beside
        with _locked(folder, fcntl.LOCK_EX):
            _swap(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Keep a folder from being replaced while it is read.

    What a crash in the midst of a replacement set aside is put back first.
    """
    folder = folder.resolve()
    if _set_aside(folder):
        # By a crash, or by a replacement that is under way: the lock tells them apart.
        with _locked(folder, fcntl.LOCK_EX):
            _restore(folder)
    with _locked(folder, fcntl.LOCK_SH):
        yield


@contextmanager
def _locked(folder: Path, kind: int) -> Iterator[None]:
    """Hold a lock on a folder's replacement; its end, and be it a crash, lets go of it.

    Where no lock file can be made or locked, as on a read-only file system, nobody writes either.
    """
    handle = _open(folder.with_name(f".{folder.name}.lock"))
    if handle is None:
        yield
        return
    try:
        with suppress(OSError):
            fcntl.flock(handle, kind)
        yield
    finally:
        os.close(handle)


def _open(lock: Path) -> int | None:
    for flags in (os.O_RDWR | os.O_CREAT, os.O_RDONLY):
        with suppress(OSError):
            return os.open(lock, flags, 0o644)
    return None


def _set_aside(folder: Path) -> bool:
    return not folder.exists() and _retired(folder).is_dir()


def _restore(folder: Path) -> None:
    if _set_aside(folder):
        _retired(folder).rename(folder)


def _retired(folder: Path) -> Path:
    return folder.with_name(folder.name + _RETIRED)


def _swap(beside: Path, folder: Path) -> None:
    # A folder with files in it can't be renamed over, so the old one steps aside first.
    _restore(folder)
    retired = _retired(folder)
    shutil.rmtree(retired, ignore_errors=True)
    if folder.exists():
        folder.rename(retired)
    try:
        beside.rename(folder)
    except OSError:
        _restore(folder)
        raise
    shutil.rmtree(retired, ignore_errors=True)
