"""The image that a release gets, and the reason why it is that one."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from ..bundle.metadata import Metadata
from ..errors import ProjectError
from ..settings import Image, Settings
from .image_name import ci_reference, revision, tagged_commit, version_tag
from .image_note import ImageNote, is_about, read_note

PUSHED = "as `make push` noted"


@dataclass(frozen=True)
class WantedImage:
    """An image; by its digest where that is known, for a tag can be moved."""

    repository: str
    tag: str
    digest: str
    commit: str | None
    why: str

    @property
    def reference(self) -> str:
        """The name that a cluster pulls it by."""
        separator, name = ("@", self.digest) if self.digest else (":", self.tag)
        return f"{self.repository}{separator}{name}"

    def __str__(self) -> str:
        """Name it and the reason in a line, and the commit where it is another than here."""
        tag = f" ({self.tag})" if self.digest and self.tag else ""
        here = revision()
        other = f" Its code is of commit {self.commit}; this folder is at {here or 'none'}."
        return f"Image {self.reference}{tag}: {self.why}." + (
            other if self.commit and self.commit != here else ""
        )


@dataclass(frozen=True)
class Said:
    """A tag or digest that somebody has said, and the place."""

    tag: str
    digest: str
    place: str


def wanted_image(
    settings: Settings, said: Said | None, repository: str, metadata: Metadata | ProjectError
) -> WantedImage:
    """Return the image: the one that was said; else the bundle's, as the last push noted it.

    Args:
        settings: config.yaml's own tag or digest come after what was said elsewhere.
        said: A tag or digest from the command line or a file of values.
        repository: The images' repository.
        metadata: The bundle's, or why there is none.

    Raises:
        ProjectError: None was said, and there is no bundle.
    """
    image = settings.image
    if said is None and (image.tag or image.digest):
        said = Said(image.tag, image.digest, "image in config.yaml or in the environment")
    note = read_note()
    if isinstance(metadata, ProjectError) or not (note and is_about(note, metadata)):
        note = None  # it is about another version, or about another training of this one
    if said:
        return _said(said, repository, note)
    if isinstance(metadata, ProjectError):
        raise ProjectError(f"{metadata} Or name an image that there is: TAG=….")
    if note and (tag := _tag(note, repository)):
        return WantedImage(repository, tag, note.digest, note.commit, PUSHED)
    why = "version and commit; no push of it from here is noted, so the tag has to do"
    return WantedImage(repository, version_tag(metadata.version), "", revision(), why)


def _said(said: Said, repository: str, note: ImageNote | None) -> WantedImage:
    tag, digest = said.tag, said.digest
    pushed = note and _tag(note, repository)
    if note and pushed and (digest == note.digest or (tag == pushed and not digest)):
        why = f"{said.place}, {PUSHED}"
        return WantedImage(repository, pushed, note.digest, note.commit, why)
    return WantedImage(repository, tag, digest, tagged_commit(tag), said.place)


def _tag(note: ImageNote, repository: str) -> str:
    """Return the tag that was pushed; none where that was to another repository."""
    name, _, tag = note.reference.rpartition(":")
    return tag if note.digest and name == repository else ""


def image_said(tag: str | None, values: Mapping[str, str], file: object) -> Said | None:
    """Return what was said beside config.yaml.

    Args:
        tag: On the command line.
        values: The section `image` of a file of values.
        file: That file.

    Raises:
        ProjectError: No image can have that tag.
    """
    if tag:
        try:
            return Said(Image(tag=tag).tag, "", "TAG")
        except ValidationError as error:
            raise ProjectError(
                f"TAG: {tag!r} is no tag of an image; write letters, digits and _.-, 128 at most, "
                "first no . or -."
            ) from error
    own = [values.get(name, "") for name in ("tag", "digest")]
    return Said(own[0], own[1], f"image in {file}") if any(own) else None


def values_of(image: WantedImage, ci_image: str) -> dict[str, str]:
    """Return the chart's values that say which images run, by their paths.

    Also those that are empty: a file may say them otherwise.

    Args:
        image: The service's.
        ci_image: The one that fetches and trains; left out, it has the code of the same commit.
    """
    said = {f"image.{name}": getattr(image, name) for name in ("repository", "tag", "digest")}
    made = ci_reference(image.repository, image.commit or revision())
    return said | {"deployment.ci_image": ci_image or made}
