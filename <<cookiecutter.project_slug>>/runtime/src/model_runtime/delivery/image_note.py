"""The note that a push leaves in build/: the digest by which the image stays known.

A tag can be moved to another image, a digest cannot. Where versions are on a tracking server, the
note is also a tag of the version there, for pipelines that deploy on another machine.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ..bundle.metadata import Metadata
from ..files import replacing_file

TAG = "image"
"""The tag of a version on the tracking server that holds its note."""


class ImageNote(BaseModel):
    """An image that was pushed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: str
    digest: str
    commit: str | None = None
    version: int | None = None
    bundle: str | None = None
    """The digest of the bundle inside; the image that fetches and trains has none."""


def _file(*, ci: bool) -> Path:
    return Path("build/image-ci.json" if ci else "build/image.json")


def keep_note(note: ImageNote, *, ci: bool = False) -> Path:
    """Write a note in the place of the one before, and return its file."""
    with replacing_file(_file(ci=ci)) as beside:
        beside.write_text(note.model_dump_json(indent=2) + "\n", "utf-8")
    return _file(ci=ci)


def forget_note(*, ci: bool = False) -> None:
    """Remove the note: an image was built since, and that one is not pushed."""
    _file(ci=ci).unlink(missing_ok=True)


def read_note(*, ci: bool = False) -> ImageNote | None:
    """Return the note; None where there is none that can be read."""
    try:
        return parse_note(_file(ci=ci).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def parse_note(text: str) -> ImageNote | None:
    """Return what a text says; None where it is no note, or one of another template."""
    try:
        return ImageNote.model_validate_json(text)
    except ValidationError:
        return None


def is_about(note: ImageNote, metadata: Metadata) -> bool:
    """Tell whether an image has this very bundle; versions can be trained anew."""
    return (note.version, note.bundle) == (metadata.version, metadata.digest)
