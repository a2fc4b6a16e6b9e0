"""The bundle's container image: built, pushed and described by whichever tool is there."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..bundle.groups import serving_groups
from ..bundle.metadata import Metadata
from ..errors import ProjectError
from ..git import git_revision
from ..settings import Settings
from .registry_login import registry_login

TOOLS = ("docker", "podman", "buildah")
_FETCHED = "/tmp/model/model_bin"  # noqa: S108
_AUDITOR = "pip-audit==2.10.1"


@dataclass(frozen=True)
class Builder:
    """A program that builds and pushes images."""

    tool: str

    def build(
        self, dockerfile: str, reference: str, arguments: Mapping[str, str], *options: str
    ) -> None:
        """Build an image of the project's folder.

        Args:
            dockerfile: The file that says how.
            reference: The image's name and tag.
            arguments: For the file's ARG lines.
            options: For the tool itself.

        Raises:
            ProjectError: It fails, as the tool has said.
        """
        given = [word for item in arguments.items() for word in ("--build-arg", "=".join(item))]
        command = [*_BUILD[self.tool], "--file", dockerfile, "--tag", reference, *given, *options]
        if self.tool != "docker" and (ignored := Path(f"{dockerfile}.dockerignore")).is_file():
            command += ["--ignorefile", str(ignored)]  # docker finds it by itself
        run(self.tool, *command, ".")

    def push(self, reference: str) -> str:
        """Push an image to the registry that its name starts with.

        Where REGISTRY_USERNAME and REGISTRY_PASSWORD are set, they are what it logs in with.

        Returns:
            The digest by which the registry knows it.

        Raises:
            ProjectError: It fails, as the tool has said.
        """
        # In a folder of its own, for these tools keep the password in a file.
        with tempfile.TemporaryDirectory() as folder:
            place = {}
            if login := registry_login(reference):
                place = {"DOCKER_CONFIG": folder, "REGISTRY_AUTH_FILE": f"{folder}/auth.json"}
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


_BUILD = {
    "docker": ("build",),
    # Their own format has no HEALTHCHECK.
    "podman": ("build", "--format", "docker"),
    "buildah": ("build", "--format", "docker"),
}


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
        **base(settings, metadata),
    }


def base(settings: Settings, metadata: Metadata | None = None) -> dict[str, str]:
    """Return the base image, if it is another than the Dockerfile's own, and what is added to it.

    Without a setting these are the packages that training found a bundle to need beside the
    Dockerfile's own base; another may have them, or have them by other names.
    """
    image, packages = settings.image, settings.image.system_packages
    if metadata and not packages and not image.base:
        packages = metadata.system_packages
    given = {"BASE": image.base, "SYSTEM_PACKAGES": " ".join(packages)}
    return {name: value for name, value in given.items() if value}


def fetches(settings: Settings) -> bool:
    """Tell whether the service brings its model from the registry, and so needs MLflow."""
    return settings.serving.model != "baked"


def sbom(settings: Settings, metadata: Metadata, file: Path) -> None:
    """Write what is installed in the image, by uv.lock, as CycloneDX.

    Raises:
        ProjectError: uv fails, as it has said.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    _export(settings, metadata, "cyclonedx1.5", file)


def audit(settings: Settings, metadata: Metadata) -> None:
    """Look for known vulnerabilities in what is installed in the image.

    Raises:
        ProjectError: There are some, or the database is out of reach, as pip-audit has said.
    """
    locked = Path("build/requirements.txt")
    locked.parent.mkdir(parents=True, exist_ok=True)
    _export(settings, metadata, "requirements.txt", locked)
    # Strict, for else what can't be looked up counts as sound.
    options = ["--strict", "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    run(_uv(), "tool", "run", _AUDITOR, *options, "--requirement", str(locked))


def _export(settings: Settings, metadata: Metadata, form: str, file: Path) -> None:
    groups = serving_groups(metadata.engine, settings)
    wanted = [word for group in groups for word in ("--group", group)]
    options = ["--locked", "--no-default-groups", "--no-emit-local", "--quiet"]
    run(_uv(), "export", *options, *wanted, "--format", form, "--output-file", str(file))


def _uv() -> str:
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
