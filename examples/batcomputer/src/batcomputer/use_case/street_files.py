"""Street-level files as data.police.uk publishes them: found and opened.

`YYYY-MM-<force>-street.csv`, in a folder of its month or in any other, or inside of zip files.
"""

import logging
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from model_runtime import ProjectError

NAME = re.compile(r"(?:^|/)(\d{4}-\d{2})-([^/]+)-street\.csv$", re.IGNORECASE)
PACKED = (".zip", ".gz", ".bz2", ".xz", ".zst", ".tar", ".tgz", ".7z", ".rar")
_UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError)
"""A damaged part of a zip, one with a password, one packed in a way that Python does not know."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StreetFile:
    """One month of one force."""

    container: Path
    name: str

    def __str__(self) -> str:
        """Give the path, and inside of a zip the name there."""
        return f"{self.container}{':' if self._packed else '/'}{self.name}"

    @property
    def synthetic(self) -> bool:
        """True where the records are made up (see synthetic.py)."""
        match = NAME.search(self.name)
        return match is not None and match[2].lower().startswith("synthetic")

    @property
    def _packed(self) -> bool:
        return self.container.suffix.lower() == ".zip"

    def read(self) -> bytes:
        """Return the file's content; out of a zip without writing it to disk.

        Raises:
            ProjectError: It can't be read, is damaged, or the zip wants a password.
        """
        try:
            if not self._packed:
                return (self.container / self.name).read_bytes()
            return _opened(self.container, self.container.stat().st_mtime_ns).read(self.name)
        except _UNREADABLE as error:
            raise ProjectError(f"{self} can't be read ({error}); fetch it again.") from error


@lru_cache(maxsize=2)
def _opened(archive: Path, changed: int) -> zipfile.ZipFile:
    """Return an open zip; its table of thousands of files is not read again for each of them."""
    return zipfile.ZipFile(archive)


def find(folder: Path) -> list[StreetFile]:
    """Return the street files in a folder, its folders and zips; one that lies there twice once.

    Those that are left out are logged, each with the reason.

    Raises:
        ProjectError: There are none.
    """
    found: dict[str, StreetFile] = {}
    ignored: dict[str, list[str]] = {}
    for file in _lying(folder):
        match = NAME.search(file.name)
        month_and_force = match[0].strip("/").lower() if match else ""
        if not match:
            ignored.setdefault(_reason(file.name), []).append(str(file))
        elif first := found.get(month_and_force):
            reason = f"these months and forces are read from {first.container}"
            ignored.setdefault(reason, []).append(str(file))
        else:
            found[month_and_force] = file
    for reason, names in ignored.items():
        more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
        log.warning(f"Ignored: {', '.join(names[:3])}{more}: {reason}.")
    if not found:
        raise ProjectError(
            f"{folder} holds no YYYY-MM-<force>-street.csv, neither in a folder nor in a "
            "zip. Fetch some (`make data ONLY='2018-10 2018-11'`), put an archive of "
            "data.police.uk there, or make some up (`make data FROM=synthetic`)."
        )
    return [found[name] for name in sorted(found)]


def _reason(name: str) -> str:
    if name.lower().endswith(PACKED):
        return "packed files are read from zips alone; unpack it"
    return "a street file is named YYYY-MM-<force>-street.csv"


def _lying(folder: Path) -> Iterator[StreetFile]:
    """Yield all that may be meant as a street file: in folders first, then in zips."""
    archives = []
    for file in _files(folder):
        if file.suffix.lower() == ".zip":
            archives.append(file)
        elif meant(file.name):
            yield StreetFile(folder, file.relative_to(folder).as_posix())
    for archive in archives:
        try:
            with zipfile.ZipFile(archive) as opened:
                names = opened.namelist()
        except (zipfile.BadZipFile, OSError) as error:
            raise ProjectError(f"{archive} is no whole zip ({error}); fetch it again.") from error
        for name in sorted(names):
            if meant(name):
                yield StreetFile(archive, name)


def meant(name: str) -> bool:
    """Say whether a file may be meant as a street file: by its name, or because it is packed."""
    last = name.rsplit("/", 1)[-1].lower()
    return "street" in last or last.endswith(PACKED)


def _files(folder: Path) -> list[Path]:
    """Return all files in a folder and its folders; a folder that is a link is a folder, too."""
    found, seen = [], set()
    for place, folders, names in os.walk(folder, followlinks=True):
        here = os.path.realpath(place)
        if here in seen:  # a link to what contains it, or a second way to it
            folders.clear()
            continue
        seen.add(here)
        found += [Path(place) / name for name in names]
    return sorted(found)
