"""The way into an image registry, by REGISTRY_USERNAME and REGISTRY_PASSWORD."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import ProjectError

_CONFIG = "config.json"
_LOGINS = {"auths", "credHelpers", "credsStore"}


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


def login_place(folder: Path) -> dict[str, str]:
    """Return variables by which docker, podman and buildah keep a login in a folder.

    Of docker's own settings all but its logins hold on there: its current context says where its
    daemon is, which may be a virtual machine's, a user's own or another machine's.
    """
    given = os.environ.get("DOCKER_CONFIG") or f"{os.environ.get('HOME', '')}/.docker"
    own, docker = Path(given).absolute(), folder / "docker"
    docker.mkdir()
    for each in _beside_settings(own):
        (docker / each.name).symlink_to(each)
    (docker / _CONFIG).write_text(json.dumps(_settings(own / _CONFIG)), "utf-8")
    return {"DOCKER_CONFIG": str(docker), "REGISTRY_AUTH_FILE": str(folder / "auth.json")}


def _beside_settings(folder: Path) -> list[Path]:
    try:
        return [each for each in folder.iterdir() if each.name != _CONFIG]
    except OSError:
        return []


def _settings(file: Path) -> dict[str, object]:
    """Return docker's settings without its logins; none where docker could not read them either."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    found = found if isinstance(found, dict) else {}
    return {key: value for key, value in found.items() if key not in _LOGINS}
