"""Files as they were before an upgrade, to the byte: git would write them by today's settings."""

import os
import shutil
from pathlib import Path

from tools.upgrades.git import Git


def keep(root: Path, paths: list[str], folder: Path) -> None:
    """Copy the files that an upgrade may write, with modes and times."""
    for path in paths:
        place, kept = root / path, folder / path
        if place.is_symlink() or place.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(place, kept, follow_symlinks=False)


def put_back(git: Git, paths: list[str], folder: Path) -> None:
    """Put the copies where the files were, and have git take them for unchanged."""
    kept = [path for path in paths if os.path.lexists(folder / path)]
    for path in kept:
        place = git.folder / path
        if not _same(folder / path, place):
            _clear(place)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / path, place, follow_symlinks=False)
    git.run("update-index", "--refresh", "-q")
    for ends in ("true", "input", "false"):
        _know_again(git, kept, ends)


def _same(one: Path, other: Path) -> bool:
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and one.readlink() == other.readlink()
    if not other.is_file() or one.stat().st_mode != other.stat().st_mode:
        return False
    return one.read_bytes() == other.read_bytes()


def _clear(place: Path) -> None:
    """Remove a file, or a folder that has no files in it."""
    if place.is_dir() and not place.is_symlink():
        for folder in sorted(place.rglob("*"), reverse=True):
            folder.rmdir()
        place.rmdir()
    place.unlink(missing_ok=True)


def _know_again(git: Git, kept: list[str], ends: str) -> None:
    """Note files as unchanged that are so by another setting for line ends: that of their day."""
    changed = set(git.lines("diff-files", "--name-only", "-z"))
    paths = [path for path in kept if path in changed]
    if not paths:
        return
    then = ("-c", f"core.autocrlf={ends}", "-c", "core.safecrlf=false")
    names = "".join(f"{path}\n" for path in paths).encode(errors="surrogateescape")
    blobs = git.run(*then, "hash-object", "--stdin-paths", given=names).stdout.decode().split()
    head = git.tree("HEAD")
    if same := [
        path for path, blob in zip(paths, blobs, strict=False) if head.get(path, "")[1:] == (blob,)
    ]:
        git.run(*then, "add", "--", *same)
