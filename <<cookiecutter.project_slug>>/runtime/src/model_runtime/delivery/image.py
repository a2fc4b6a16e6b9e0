"""The bundle's container image: built and pushed by whichever tool is there."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..bundle.metadata import Metadata
from ..errors import ProjectError
from ..git import git_revision
from ..settings import Settings
from .registry_login import login_place, registry_host, registry_login

TOOLS = ("docker", "podman", "buildah")
_FETCHED = "/tmp/model/model_bin"  # noqa: S108


@dataclass(frozen=True)
class Builder:
    """A program that builds and pushes images."""

    tool: str

    def build(
        self, dockerfile: str, reference: str, arguments: Mapping[str, str], base: str = ""
    ) -> None:
        """Build an image of the project's folder.

        Args:
            dockerfile: The file that says how.
            reference: The image's name and tag.
            arguments: For the file's ARG lines.
            base: The image that stands in for the file's stage `base`, which is its first.

        Raises:
            ProjectError: It fails, as the tool has said.
        """
        told = {"SOURCE_DATE_EPOCH": _TIME, **arguments}
        given = [word for item in told.items() for word in ("--build-arg", "=".join(item))]
        command = [*_BUILD[self.tool], "--file", dockerfile, "--tag", reference, *given]
        if base and self.tool == "docker":
            command += ["--build-context", f"base=docker-image://{base}"]
        elif base:
            command += ["--from", base]
        if self.tool != "docker" and (ignored := Path(f"{dockerfile}.dockerignore")).is_file():
            command += ["--ignorefile", str(ignored)]  # docker finds it by itself
        run(self.tool, *command, ".")

    def push(self, reference: str) -> str:
        """Push an image to the registry that its name starts with.

        Where REGISTRY_USERNAME and REGISTRY_PASSWORD are set, they are what it logs in with.

        Returns:
            The digest by which the registry knows it.

        Raises:
            ProjectError: Its name has no registry, or it fails, as the tool has said.
        """
        registry_host(reference)
        # In a folder of its own, for these tools keep the password in a file.
        with tempfile.TemporaryDirectory() as folder:
            place = {}
            if login := registry_login(reference):
                place = login_place(Path(folder))
                run(self.tool, *login.words, given=login.password, environment=place)
            if self.tool == "docker":
                run(self.tool, "push", reference, environment=place)
                return _docker_digest(reference)
            file = Path(folder, "digest")
            run(self.tool, "push", "--digestfile", str(file), reference, environment=place)
            return file.read_text("utf-8").strip()


def _docker_digest(reference: str) -> str:
    """Return an image's digest in the registry that it was pushed to, which docker keeps."""
    command = ["docker", "image", "inspect", reference]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    found = json.loads(done.stdout)[0]["RepoDigests"] if done.returncode == 0 else []
    names = [each.partition("@") for each in found]
    repository = _familiar(reference.rpartition(":")[0])
    return next((digest for name, _, digest in names if _familiar(name) == repository), "")


def _familiar(repository: str) -> str:
    """Return a repository's name as docker shortens it."""
    return repository.removeprefix("docker.io/").removeprefix("library/")


# Of all files, for the same content to be the same layer on any machine: 1980, where zips begin.
_TIME = "315532800"
# Their own format has no HEALTHCHECK.
_DOCKERS = ("build", "--format", "docker", "--timestamp", _TIME)
_BUILD = {"docker": ("build",), "podman": _DOCKERS, "buildah": _DOCKERS}


def find_builder(wanted: str) -> Builder:
    """Return a tool that is there and works.

    Args:
        wanted: Its name, or `auto` for the first of docker, podman and buildah.

    Raises:
        ProjectError: There is none.
    """
    candidates = TOOLS if wanted == "auto" else (wanted,)
    for tool in candidates:
        if shutil.which(tool) and _works(tool):
            return Builder(tool)
    raise ProjectError(
        f"An image needs {' or '.join(candidates)}, which is not here or does not work: install "
        f"it, or see what `{candidates[0]} info` says."
    )


def _works(tool: str) -> bool:
    # A docker without its daemon is there, too.
    return subprocess.run([tool, "info"], capture_output=True, check=False).returncode == 0  # noqa: S603


def arguments(settings: Settings, metadata: Metadata) -> dict[str, str]:
    """Return what deploy/docker/Dockerfile is told of a bundle and its settings."""
    return {
        "ENGINE": metadata.engine,
        "REGISTRY": "yes" if fetches(settings) else "",
        "TELEMETRY": settings.serving.telemetry.removeprefix("none"),
        # What is fetched needs a place that may be written; the image itself may not.
        "BUNDLE": _FETCHED if fetches(settings) else "model_bin",
        "MODEL_NAME": metadata.name,
        "MODEL_VERSION": str(metadata.version),
        "GIT_COMMIT": git_revision() or "unknown",
        "PORT": str(settings.serving.port),
        **system_packages(settings, metadata),
    }


def system_packages(settings: Settings, metadata: Metadata | None = None) -> dict[str, str]:
    """Return what is added to the base.

    Without a setting these are the packages that training found a bundle to need beside the
    Dockerfile's own base; another may have them, or have them by other names.
    """
    packages = settings.image.system_packages
    if metadata and not packages and not settings.image.base:
        packages = metadata.system_packages
    return {"SYSTEM_PACKAGES": " ".join(packages)} if packages else {}


def fetches(settings: Settings) -> bool:
    """Tell whether the service brings its model from the registry, and so needs MLflow."""
    return settings.serving.model != "baked"


def uv() -> str:
    """Return the program uv, the project's own where the machine has none."""
    return shutil.which("uv") or ".uv/bin/uv"


def run(
    *command: str, given: str | None = None, environment: Mapping[str, str] | None = None
) -> None:
    """Run a command, shown as it goes.

    Args:
        command: The words.
        given: Its standard input.
        environment: Variables that it has besides.

    Raises:
        ProjectError: It fails, as it has said.
    """
    try:
        done = subprocess.run(  # noqa: S603
            command, input=given, text=True, check=False, env={**os.environ, **(environment or {})}
        )
    except FileNotFoundError as error:
        raise ProjectError(
            f"{command[0]} is not installed here; `make setup` needs it, too."
        ) from error
    if done.returncode:
        raise ProjectError(f"{Path(command[0]).name} {command[1]} failed; above is why.")
