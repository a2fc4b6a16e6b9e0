"""The environment that jobs run in: the libraries of uv.lock, in an image by the workspace."""

from pathlib import Path
from typing import TYPE_CHECKING

from model_runtime.errors import ProjectError
from model_runtime.settings import Settings

from ..cloud import refusals_told
from .contents import files_below, fingerprint, named, staged

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

NAME = "training"
DOCKERFILE = Path("deploy/azure/training.Dockerfile")


def environment(client: "MLClient", settings: Settings) -> str:
    """Register the environment, unless it is there, and return its name and version.

    The version is its content's fingerprint, so that a new uv.lock is a new one, and the workspace
    builds its image once.

    Raises:
        ProjectError: There is no uv.lock, or Azure refuses.
    """
    from azure.ai.ml.entities import BuildContext, Environment
    from azure.core.exceptions import ResourceNotFoundError

    packages = "".join(f"{name}\n" for name in settings.image.system_packages)
    with staged(NAME, _context(), **{"packages.txt": packages}) as folder:
        version = fingerprint(folder, files_below(folder))[:16]
        with refusals_told("registering the environment"):
            try:
                client.environments.get(NAME, version)
            except ResourceNotFoundError:
                build = BuildContext(path=folder, dockerfile_path="Dockerfile")
                made = Environment(name=NAME, version=version, build=build)
                client.environments.create_or_update(made)
    return f"{NAME}:{version}"


def _context() -> dict[str, Path]:
    files = {name: Path(name) for name in ("pyproject.toml", "uv.lock")} | {
        "Dockerfile": DOCKERFILE
    }
    for path in files.values():
        if not path.is_file():
            raise ProjectError(f"{path} is not here (`make setup` makes uv.lock).")
    return files | named(Path("runtime"), "docs", "tests")
