"""The bundle as an app of Azure Functions: a folder, and a zip of it, that its tools upload."""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import model_runtime
from model_runtime.bundle.metadata import Metadata
from model_runtime.bundle.read import read_bundle
from model_runtime.delivery.image import uv
from model_runtime.errors import ProjectError
from model_runtime.project import project
from model_runtime.settings import Settings

FOLDER = Path("build/function")
SOURCE = Path("deploy/azure/functions")
_GROUP = "functions"
_LIBRARY = "model-runtime"
_LEFT = shutil.ignore_patterns("__pycache__", "*.pyc")


@dataclass(frozen=True)
class Function:
    """An app that was written."""

    metadata: Metadata
    packages: int

    def __str__(self) -> str:
        """Say what is in it."""
        about = f"{self.metadata.name}, version {self.metadata.version}, {self.metadata.engine}"
        return f"{about}; {self.packages} packages"


def write_function(settings: Settings, folder: Path = FOLDER) -> Function:
    """Write the app, in the place of an earlier one, and a zip of it beside.

    Args:
        settings: The project's: where the bundle is, and how it is served.
        folder: The app's; it is replaced.

    Raises:
        ProjectError: There is no good bundle, or uv.lock does not fit pyproject.toml.
    """
    metadata = read_bundle(settings.paths.bundle).metadata
    wanted = requirements(metadata, settings)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        made = Path(temporary, folder.name)
        _fill(made, settings, wanted)
        made.chmod(0o755)
        shutil.make_archive(str(made), "zip", made)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
        made.with_suffix(".zip").rename(folder.with_suffix(".zip"))
    return Function(metadata, len(re.findall(r"^[a-z]", wanted, re.MULTILINE)))


def requirements(metadata: Metadata, settings: Settings) -> str:
    """Return the packages that the lock has for the bundle's engine and the host, with hashes.

    Raises:
        ProjectError: uv can't tell, for a reason that is passed on.
    """
    telemetry = settings.serving.telemetry
    groups = [metadata.engine, *([telemetry] if telemetry != "none" else []), _GROUP]
    named = [word for group in groups for word in ("--group", group)]
    command = [uv(), "export", "--quiet", "--locked", "--no-default-groups", *named]
    command += ["--no-emit-project", "--no-emit-local", "--no-annotate", "--no-header"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise ProjectError(f"uv.lock does not say the app's packages: {done.stderr.strip()}")
    return done.stdout


def _fill(folder: Path, settings: Settings, wanted: str) -> None:
    package = project().package
    shutil.copytree(SOURCE, folder, ignore=_LEFT)
    shutil.copytree(settings.paths.bundle, folder / "model_bin")
    shutil.copytree(settings.paths.client, folder / "client")
    shutil.copytree(Path("src", package), folder / package, ignore=_LEFT)
    if not re.search(rf"^{_LIBRARY}\b", wanted, re.MULTILINE):  # it is no index' but the project's
        library = Path(str(model_runtime.__file__)).parent
        shutil.copytree(library, folder / library.name, ignore=_LEFT)
        for name in ("LICENSE", "NOTICE.md"):
            shutil.copy(Path("runtime", name), folder / library.name)
        shutil.copytree(Path("runtime", "licences"), folder / library.name / "licences")
    shutil.copy("config.yaml", folder)
    (folder / "requirements.txt").write_text(wanted, "utf-8")
    # Of the project's own file, the service asks for this alone.
    table = f'[tool.model-runtime]\npackage = "{package}"\n'
    (folder / "pyproject.toml").write_text(table, "utf-8")
