"""Commands as a user runs them: in a folder, without what this test run has set."""

import os
import subprocess
from pathlib import Path


def clean_environment(**changes: str) -> dict[str, str]:
    """Return the environment without what this test run set, plus changes."""
    ours = ("MAKE", "VIRTUAL_ENV", "PYTEST", "PYTHON", "MFLAGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | changes


def variables(project: Path, **settings: str) -> dict[str, str]:
    """Return settings of a project as the variables that it reads: `SERVING__PORT="9000"`."""
    (package,) = (project / "src").iterdir()
    return {f"{package.name.upper()}_{name}": value for name, value in settings.items()}


def run(*command: object, cwd: Path, **environment: str) -> str:
    """Run a command and return its output, which is shown where it fails."""
    done = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=clean_environment(**environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}:\n{done.stdout[-8000:]}"
    return done.stdout


def make(project: Path, *targets: str) -> str:
    """Run targets of a project's Makefile and return their output."""
    return run("make", *targets, cwd=project)
