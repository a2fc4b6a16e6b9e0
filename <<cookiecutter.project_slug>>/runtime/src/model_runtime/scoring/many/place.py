"""Places on any storage, by fsspec: https://filesystem-spec.readthedocs.io."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, cast

import fsspec
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from ...errors import ProjectError
from .choice import is_url

_READ_AHEAD = 4 * 1024 * 1024
"""Bytes that a request for a remote file's next ones gets."""

_PASSWORD = re.compile(r"(?<=://)[^/\s'\"]*:[^/\s'\"]*@")
_QUERY = re.compile(r"(https?://[^\s'\"?]+)\?[^\s'\",)]*")
_SECRET = re.compile(r"(?i)((?:sig|signature|token|secret|password|key)=)[^&\s'\"]+")


def shown(text: str) -> str:
    """Return a text without the passwords and signatures that addresses in it may hold."""
    return _SECRET.sub(r"\1…", _QUERY.sub(r"\1?…", _PASSWORD.sub("…@", text)))


def reason(error: BaseException) -> str:
    """Return what an error says in one line, without secrets."""
    if isinstance(error, OSError) and error.strerror and not error.filename2:
        return shown(error.strerror)
    said = " ".join(str(error).split())[:300].rstrip(".")
    return shown(said) or type(error).__name__


@dataclass(frozen=True)
class Place:
    """A file or folder on a storage; it travels to workers.

    `path` is its driver's; `name` is what people call it, which holds no secret.
    """

    storage: Any
    path: str
    name: str

    @cached_property
    def local(self) -> bool:
        """True where it is on a file system of the machine."""
        return isinstance(self.storage, LocalFileSystem)

    def below(self, relative: str) -> "Place":
        """Return a place below a folder."""
        if not relative:
            return self
        base = self.path.rstrip("/")
        return Place(self.storage, f"{base}/{relative}", f"{self.name.rstrip('/')}/{relative}")

    def at(self, path: str) -> "Place":
        """Return another place of the same storage, by the path that its driver gave."""
        return Place(self.storage, path, shown(_called(self, path)))

    def open(self, cache: str = "readahead") -> BinaryIO:
        """Open a file for reading, buffered as said where each read is a request."""
        options = {} if self.local else {"block_size": _READ_AHEAD, "cache_type": cache}
        return cast(BinaryIO, self.storage.open(self.path, "rb", **options))

    @contextmanager
    def writing(self) -> Iterator[BinaryIO]:
        """Yield a file that is at the place, whole, when the block ends well; else nothing is.

        Raises:
            OSError: It can't be written; drivers have errors of their own, too.
        """
        folder = Path(self.path).parent if self.local else None
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                yield cast(BinaryIO, file)
                if folder:
                    file.flush()
                    os.fsync(file.fileno())
            if folder:
                Path(name).chmod(0o644)
                Path(name).replace(self.path)
            else:
                self.storage.put_file(name, self.path)
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()

    def write(self, content: bytes) -> None:
        """Write a small file, likewise."""
        with self.writing() as file:
            file.write(content)

    def read(self) -> bytes:
        """Return a small file's content."""
        return bytes(self.storage.cat_file(self.path))

    def move(self, to: "Place") -> None:
        """Move a file within a storage, over what is there."""
        if self.local:
            Path(to.path).parent.mkdir(parents=True, exist_ok=True)
            Path(self.path).replace(to.path)
        else:
            self.storage.copy(self.path, to.path)
            self.storage.rm_file(self.path)

    def files(self) -> dict[str, int]:
        """Return the paths below a folder, relative to it, and their sizes; it may not exist."""
        try:
            found = self.storage.find(self.path, detail=True)
        except FileNotFoundError:
            return {}
        base = self.path.rstrip("/") + "/"
        return {
            path.removeprefix(base): about["size"]
            for path, about in found.items()
            if path.startswith(base)
        }

    def remove(self) -> None:
        """Remove a folder with all that is in it."""
        if self.local:
            shutil.rmtree(self.path, ignore_errors=True)
        elif self.storage.exists(self.path):
            self.storage.rm(self.path, recursive=True)


def _called(place: Place, path: str) -> str:
    if place.local or "://" in path:
        return path
    head = place.name.split("://")[0]
    return f"{head}://{path}"


def place(text: str, use: str) -> Place:
    """Return the place that a path or an address names.

    Args:
        text: Of this machine where it is no address.
        use: The variable that holds it.

    Raises:
        ProjectError: Its storage's driver is not installed, or the address is none.
    """
    if not is_url(text):
        return Place(fsspec.filesystem("file"), os.path.normpath(Path(text).absolute()), text)
    try:
        # Listings are not kept, for others write there, too.
        storage, path = url_to_fs(text, use_listings_cache=False)
    except ImportError as error:
        raise ProjectError(_lacking(text, error)) from error
    except ValueError as error:
        raise ProjectError(f"{use} is {shown(text)}: {reason(error)}.") from error
    return Place(storage, path, shown(text))


_DRIVERS = {
    **dict.fromkeys(("s3", "s3a"), "s3fs"),
    **dict.fromkeys(("abfs", "abfss", "az", "adl"), "adlfs"),
    **dict.fromkeys(("gs", "gcs"), "gcsfs"),
    **dict.fromkeys(("http", "https"), "aiohttp"),
    **dict.fromkeys(("sftp", "ssh"), "paramiko"),
}


def _lacking(text: str, error: ImportError) -> str:
    scheme = text.split("://")[0]
    if driver := _DRIVERS.get(scheme):
        return f"{scheme}://… needs {driver}: `uv add --group train {driver}` adds it."
    return f"{scheme}://… needs a driver of fsspec's that is not installed: {reason(error)}."
