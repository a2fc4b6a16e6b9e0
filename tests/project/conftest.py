"""Projects, made and driven as their users do: by `make`, in environments of their own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools.examples import bake, fetching, make_example, names

PATIENCE = 60
KINDS = ("classification", "regression", *names())


def clean_environment(**changes: str) -> dict[str, str]:
    """Return the environment without what this test run set, plus changes."""
    ours = ("MAKE", "VIRTUAL_ENV", "PYTEST", "PYTHON", "MFLAGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    return kept | {"PATH": path, **changes}


def run(*command: object, cwd: Path, **environment: str) -> str:
    """Run a command; show all that it said where it fails."""
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
    return run("make", *targets, cwd=project)


@contextmanager
def serving(*command: object, cwd: Path, port: int, **environment: str) -> Iterator[str]:
    """Run a service until the block ends; yield its address once it is ready."""
    url = f"http://127.0.0.1:{port}"
    log = cwd / f"service-{port}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*map(str, command)],
            cwd=cwd,
            env=clean_environment(**environment),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        end = time.monotonic() + PATIENCE
        while not _ready(url):
            alive = process.poll() is None and time.monotonic() < end
            assert alive, f"not ready: {log.read_text()}"
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5):
            return True
    except OSError:
        return False


def get(address: str, body: str | None = None) -> tuple[int, str]:
    """Return status and text of a GET, or with a body of a POST."""
    data = body.encode() if body is not None else None
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, str(response.read(), "utf-8")
    except urllib.error.HTTPError as error:
        return error.code, str(error.read(), "utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_project(kind: str, folder: Path) -> Path:
    """Make an example, or what the template has for a task."""
    return make_example(kind, folder) if kind in names() else bake({"task": kind}, folder)


def train(project: Path) -> None:
    """Set a project up and train it; on made-up data where the real ones have to be fetched."""
    make(project, "setup", *fetching(project))
    make(project, "train")


@pytest.fixture(scope="module", params=KINDS)
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose environment is made and whose model is trained."""
    made = make_project(request.param, tmp_path_factory.mktemp("projects"))
    train(made)
    return made
