"""Names of the images: a tag stands for one build, by the model's version and the commit."""

import re

from ..bundle.metadata import Metadata
from ..git import git_revision
from ..settings import Settings

_COMMIT = 12
"""The characters of a commit that are in a tag."""

_WITH_COMMIT = re.compile(rf"\d+-([0-9a-f]{{{_COMMIT}}}(-dirty)?)")


def revision() -> str | None:
    """Return the folder's commit as tags have it; none outside of a repository."""
    return git_revision(_COMMIT)


def version_tag(version: int) -> str:
    """Return the tag of the image that this folder makes of a model's version."""
    return "-".join(part for part in (str(version), revision()) if part)


def reference(settings: Settings, metadata: Metadata) -> str:
    """Return the image's name; config.yaml may set another tag."""
    return f"{settings.image.repository}:{settings.image.tag or version_tag(metadata.version)}"


def ci_reference(repository: str, commit: str | None) -> str:
    """Return the name of the image that fetches and trains, which has the code of a commit."""
    return f"{repository}-ci:{commit or 'latest'}"


def tagged_commit(tag: str) -> str | None:
    """Return the commit that a tag names, if it does."""
    found = _WITH_COMMIT.fullmatch(tag)
    return found[1] if found else None
