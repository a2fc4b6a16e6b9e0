"""The way into an image registry, by REGISTRY_USERNAME and REGISTRY_PASSWORD."""

import os
from dataclasses import dataclass, field

from ..errors import ProjectError


@dataclass(frozen=True)
class Login:
    """A user of a registry; the password goes by standard input, where nobody sees it."""

    host: str
    user: str
    password: str = field(repr=False)

    @property
    def words(self) -> tuple[str, ...]:
        """The command of docker, podman and buildah, and of Helm behind `registry`."""
        return ("login", "--username", self.user, "--password-stdin", self.host)


def registry_login(reference: str) -> Login | None:
    """Return the login for the registry of an image; None where the environment has none.

    Raises:
        ProjectError: There is a password, and the image's name begins with no registry.
    """
    user, password = (os.environ.get(f"REGISTRY_{name}") for name in ("USERNAME", "PASSWORD"))
    return Login(registry_host(reference), user, password) if user and password else None


def registry_host(reference: str) -> str:
    """Return the registry that an image's name begins with.

    Raises:
        ProjectError: It begins with none.
    """
    first, slash, _ = reference.partition("/")
    if slash and ({".", ":"} & set(first) or first == "localhost"):
        return first
    raise ProjectError(
        f"{reference} names no registry to push to; write one before it in image.repository in "
        "config.yaml, e.g. registry.example.org/team/name (Docker Hub's is docker.io)."
    )
