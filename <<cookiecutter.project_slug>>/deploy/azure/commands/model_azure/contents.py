"""Files that go to Azure: which ones, what stands in for them, and their fingerprint."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_CHUNK = 2**20


def files_below(folder: Path) -> list[Path]:
    """List a folder's files, without hidden ones and what Python compiles."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not _left_out(path.relative_to(folder)))


def _left_out(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def named(folder: Path, *without: str) -> dict[str, Path]:
    """Return a folder's files by their names with the folder's, but those of folders in it."""
    files = files_below(folder)
    kept = (path for path in files if path.relative_to(folder).parts[0] not in without)
    return {path.as_posix(): path for path in kept}


def fingerprint(folder: Path, files: Iterable[Path]) -> str:
    """Return the SHA-256 of files' names below a folder and of what is in them."""
    sha = hashlib.sha256()
    for path in files:
        name = path.relative_to(folder).as_posix()
        sha.update(f"{len(name)} {name} {path.stat().st_size} ".encode())
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                sha.update(chunk)
    return sha.hexdigest()


def size(files: Iterable[Path]) -> int:
    """Return the bytes of files."""
    return sum(path.stat().st_size for path in files)


@contextmanager
def staged(name: str, files: dict[str, Path], **texts: str) -> Iterator[Path]:
    """Give a folder that has links to files, by their names in it, and nothing else but texts.

    Azure's SDK uploads whole folders, and leaves out what a .gitignore in them says.
    """
    with tempfile.TemporaryDirectory(prefix="azure-") as temporary:
        folder = Path(temporary, name)
        folder.mkdir()
        for place, file in files.items():
            link = folder / place
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file.resolve())
        for place, text in texts.items():
            (folder / place).write_text(text, "utf-8")
        yield folder
