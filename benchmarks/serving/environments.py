"""Environments: ours from a project's uv.lock, each peer's from its pinned packages."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .freshness import made_once, state_of
from .server import Server


def environment(server: Server, projects: Path, folder: Path) -> Path:
    """Return a server's environment in a folder; make it if it isn't there yet.

    Raises:
        RuntimeError: It can't be installed; the last line of uv's says why.
    """
    made = folder / server.environment
    if server.ours:
        project = projects / server.project
        made_once(made, state_of(project), lambda: _sync(server, project, made))
    else:
        made_once(made, [server.python, *server.installed], lambda: _install(server, made))
    return made


def _install(server: Server, made: Path) -> None:
    _uv("venv", "--python", server.python, str(made))
    _uv("pip", "install", "--python", str(made), "--compile-bytecode", *server.installed)


def _sync(server: Server, project: Path, made: Path) -> None:
    """Install what serving a bundle of an engine needs and no more."""
    options = ["--locked", "--no-default-groups", "--group", server.engine, "--no-editable"]
    # Else uv takes what it built before the library was changed.
    options += ["--reinstall-package", "model-runtime"]
    _uv(
        *("sync", *options, "--compile-bytecode", "--project", str(project)),
        UV_PROJECT_ENVIRONMENT=str(made),
    )


def _uv(*arguments: str, **variables: str) -> str:
    own = {name: text for name, text in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(
        [shutil.which("uv") or str(Path(sys.executable).with_name("uv")), "--quiet", *arguments],
        env=own | variables,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise RuntimeError(f"can't be installed: {said[-1].strip() if said else 'uv failed'}")
    return done.stdout


def size_mb(made: Path) -> float:
    """Return the size of an environment, its compiled bytecode included."""
    return sum(file.lstat().st_size for file in made.rglob("*") if file.is_file()) / 1e6


def versions(made: Path) -> dict[str, str]:
    """Return the version of each package in an environment."""
    listed = json.loads(_uv("pip", "list", "--python", str(made), "--format", "json"))
    return {each["name"]: each["version"] for each in listed}
