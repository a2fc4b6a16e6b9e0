"""Replace a folder: whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
        ProjectError: The folder holds what was not written here; see `check_ours`.
    """
    folder = folder.resolve()
    check_ours(folder, mark)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        beside.chmod(0o755)
        yield beside
        _swap(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def restore(folder: Path) -> None:
    """Put back what a crash in the midst of a replacement set aside."""
    retired = folder.with_name(folder.name + _RETIRED)
    if retired.is_dir() and not folder.exists():
        retired.rename(folder)


def _swap(beside: Path, folder: Path) -> None:
    # A folder with files in it can't be renamed over, so the old one steps aside first.
    restore(folder)
    retired = folder.with_name(folder.name + _RETIRED)
    shutil.rmtree(retired, ignore_errors=True)
    if folder.exists():
        folder.rename(retired)
    try:
        beside.rename(folder)
    except OSError:
        restore(folder)
        raise
    shutil.rmtree(retired, ignore_errors=True)
