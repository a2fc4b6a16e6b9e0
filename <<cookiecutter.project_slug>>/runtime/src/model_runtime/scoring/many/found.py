"""Files that INPUT names: one, a folder's, or those that fit a pattern."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...counts import counted
from ...errors import ProjectError
from ..write import OUTPUTS
from .choice import has_pattern
from .place import Place, reason

_SIGNS = (
    *("ETag", "etag", "generation", "Content-MD5"),
    *("mtime", "LastModified", "last_modified", "Last-Modified"),
)
"""Fields by which drivers tell that a file has changed; the first one that there is counts."""


@dataclass(frozen=True)
class InputFile:
    """A file of INPUT, its path below INPUT's root, and what tells it from a later one."""

    place: Place
    relative: str
    size: int
    mark: str


@dataclass(frozen=True)
class Found:
    """The files of INPUT by path, the folder that they are below, and the count of others."""

    root: str
    files: list[InputFile]
    others: int


def suffix_of(path: str) -> str:
    """Return the suffix of a path's name, in small letters; an address may have a query."""
    name = path.rpartition("/")[2]
    if "://" in path:
        name = name.partition("?")[0]
    return f".{name.rpartition('.')[2].lower()}" if "." in name.lstrip(".") else ""


def root_of(path: str) -> str:
    """Return the folder below which all that fits a pattern is, or a file's own."""
    parts = path.split("/")
    fixed = parts[:-1]
    http = path.startswith("http")
    for k, part in enumerate(parts[:-1]):
        if has_pattern(f"http{part}" if http else part):
            fixed = parts[:k]
            break
    return "/".join(fixed) or ("/" if path.startswith("/") else "")


def find(source: Place, folder: bool) -> Found:
    """Look up the files that are meant.

    Args:
        source: A file, a folder or a pattern; a file that has a pattern's name is the file.
        folder: Whether it is a folder for sure.

    Raises:
        ProjectError: There is none, none has a known format, or the storage refuses.
    """
    try:
        return _find(source, folder)
    except ProjectError:
        raise
    except Exception as error:  # each driver has errors of its own
        raise ProjectError(f"INPUT {source.name} can't be listed: {reason(error)}.") from error


def _find(source: Place, folder: bool) -> Found:
    storage, path = source.storage, source.path
    pattern = not folder and has_pattern(path) and not storage.exists(path)
    if pattern:
        root = root_of(path)
        matches = storage.glob(path, detail=True)
    elif folder or (not path.startswith("http") and storage.isdir(path)):
        # On the web that would be told by reading the file.
        root = path.rstrip("/")
        matches = storage.find(root, detail=True)
    else:
        root = root_of(path)
        matches = {path: storage.info(path)}
    files, others = _chosen(source, root, matches)
    if not files:
        none = counted(others, "file, which does not end", "files, none of which ends")
        raise ProjectError(
            f"INPUT {source.name} names {none if others else 'no file that ends'} with one of "
            f"{', '.join(OUTPUTS)}."
        )
    return Found(root, files, others)


def _chosen(
    source: Place, root: str, matches: Mapping[str, Mapping[str, Any]]
) -> tuple[list[InputFile], int]:
    files, others = [], 0
    start = root.rstrip("/") + "/" if root else ""
    for path in sorted(matches):
        about = matches[path]
        if about.get("type") == "directory":
            continue
        relative = path.removeprefix(start)
        if _hidden(relative.split("/")) or suffix_of(path) not in OUTPUTS:
            others += 1
            continue
        if about.get("size") is None:
            about = source.storage.info(path)
        at = source if path == source.path else source.at(path)
        if "://" in path:
            relative = relative.partition("?")[0]
        files.append(InputFile(at, relative, int(about.get("size") or 0), mark(about)))
    return files, others


def _hidden(parts: Iterable[str]) -> bool:
    """Tell whether readers of folders leave a path out."""
    return any(part.startswith(("_", ".")) for part in parts)


def mark(about: Mapping[str, Any]) -> str:
    """Return what tells a file from a later one of its name: its size and the storage's sign."""
    sign = next((f"{name} {about[name]}" for name in _SIGNS if about.get(name)), "no sign")
    return f"{about.get('size')} bytes, {sign}"
