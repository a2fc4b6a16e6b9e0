"""Replacement of a folder: whole or not at all, and never while it is read."""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ..errors import ProjectError
from .lock import try_lock

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
        ProjectError: The folder holds files of somebody else (see `check_ours`), or it can't be
            written; it is as it was.
    """
    try:
        check_ours(folder, mark)
        with _part_of(folder.resolve()) as part:
            yield part
            with _locked(folder.resolve(), fcntl.LOCK_EX):
                _swap(part, folder.resolve())
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
def _part_of(folder: Path) -> Iterator[Path]:
    """Yield an empty folder of one's own beside a folder; it is gone when the block ends.

    Those who write at once have a part each, so that none waits for another's upload. A part is
    locked as long as its process lives: one that is not is left from a crash, and removed.
    """
    prefix = f".{folder.name}.part-"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with _locked(folder, fcntl.LOCK_EX):  # nobody sees a part before it is locked
            _remove_abandoned(folder.parent, prefix)
            part = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
            try_lock(stack.enter_context(_opened(part)))
        stack.callback(shutil.rmtree, part, ignore_errors=True)
        part.chmod(0o755)
        yield part


def _remove_abandoned(parent: Path, prefix: str) -> None:
    for part in parent.iterdir():
        if not part.name.startswith(prefix):
            continue
        with suppress(FileNotFoundError), _opened(part) as handle:  # another may be ending just now
            if try_lock(handle):
                shutil.rmtree(part, ignore_errors=True)


@contextmanager
def _opened(part: Path) -> Iterator[int]:
    handle = os.open(part, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Keep a folder from being replaced while it is read.

    A folder that an interrupted replacement set aside is put back first.
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
    """Hold a lock on a folder's replacement: shared by readers, exclusive to a writer.

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


def _swap(part: Path, folder: Path) -> None:
    # A folder with files in it can't be renamed over, so the old one steps aside first.
    _restore(folder)
    retired = _retired(folder)
    shutil.rmtree(retired, ignore_errors=True)
    if folder.exists():
        folder.rename(retired)
    try:
        part.rename(folder)
    except OSError:
        _restore(folder)
        raise
    shutil.rmtree(retired, ignore_errors=True)
