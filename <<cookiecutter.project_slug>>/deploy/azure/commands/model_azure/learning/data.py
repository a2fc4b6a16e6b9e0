"""The data asset: data/ in the workspace, a version for each content."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from model_runtime.errors import ProjectError

from ..cloud import refusals_told
from .contents import files_below, fingerprint, size
from .upload import upload
from .versions import numbered

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

ASSET = "data"
FOLDER = Path("data")
CONTENT = "content"
"""The tag with the fingerprint of a version's files."""


@dataclass(frozen=True)
class Registered:
    """A version of the data asset.

    Attributes:
        version: Its number.
        new: False where its content was registered before.
        files: How many it has.
        size: Their bytes.
    """

    version: int
    new: bool
    files: int
    size: int

    def __str__(self) -> str:
        """Say it at the end of the upload's line."""
        said = f"{ASSET}:{self.version}, {self.files:,} files, {self.size / 1e6:,.1f} MB"
        return said if self.new else f"{said}; nothing has changed since it was registered"


def register(client: "MLClient", folder: Path = FOLDER) -> Registered:
    """Upload a folder's files and register them as the next version, unless the last one has them.

    Raises:
        ProjectError: There are none, or Azure refuses.
    """
    files = files_below(folder)
    if not [path for path in files if path != folder / "README.md"]:
        raise ProjectError(
            f"{folder}/ has no data; put them there (`make data` does, where the use case knows "
            "how). A use case that brings its own needs none: `make azure-train`."
        )
    content = fingerprint(folder, files)
    with refusals_told(f"registering {folder}/"):
        latest = _versions(client)[-1:]
        if latest and latest[0][1] == content:
            return Registered(latest[0][0], new=False, files=len(files), size=size(files))
        version = latest[0][0] + 1 if latest else 1
        _upload(client, folder, files, version, content)
    return Registered(version, new=True, files=len(files), size=size(files))


def found(client: "MLClient", wanted: str) -> int | None:
    """Return the version that a word names.

    Args:
        client: The workspace's.
        wanted: `latest`, or a number.

    Returns:
        Its number; None where the latest is wanted and there is none.

    Raises:
        ProjectError: There is no such version.
    """
    with refusals_told("looking for the data asset"):
        numbers = [number for number, _ in _versions(client)]
    if wanted == "latest":
        return numbers[-1] if numbers else None
    if not wanted.isdecimal() or int(wanted) not in numbers:
        there = ", ".join(map(str, numbers[-10:])) or "none"
        raise ProjectError(
            f"DATA={wanted}: the data asset has no such version, but: {there}; "
            "`make azure-data` registers data/ as the next."
        )
    return int(wanted)


def _versions(client: "MLClient") -> list[tuple[int, str]]:
    """List the numbers of versions and the fingerprints that they are tagged with."""
    listed = numbered(lambda: client.data.list(name=ASSET))
    return [(number, (each.tags or {}).get(CONTENT, "")) for number, each in listed]


def _upload(
    client: "MLClient", folder: Path, files: list[Path], version: int, content: str
) -> None:
    from azure.ai.ml.entities import Data

    names = {path.relative_to(folder).as_posix(): path for path in files}
    place = upload(client, names, f"{ASSET}/{content}")
    tags = {CONTENT: content}
    data = Data(name=ASSET, version=str(version), type="uri_folder", path=place, tags=tags)
    client.data.create_or_update(data)
