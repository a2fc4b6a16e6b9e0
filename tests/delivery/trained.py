"""Titanic, set up and trained once for all that delivers it, whichever worker comes first."""

import fcntl
from pathlib import Path

import pytest

from tests.project.conftest import train
from tools.examples import make_example


@pytest.fixture(scope="session")
def titanic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained project, which no test may change."""
    temporary = tmp_path_factory.getbasetemp()
    # Each worker of pytest-xdist has a folder of its own in that of the run.
    shared = temporary.parent if temporary.name.startswith("popen-") else temporary
    made, done = shared / "titanic", shared / "titanic-is-trained"
    with (shared / "titanic.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            train(make_example("titanic", shared))
            done.touch()
    return made
