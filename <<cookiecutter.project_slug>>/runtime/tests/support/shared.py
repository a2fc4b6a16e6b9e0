"""Folders that are made once for all workers of a test run, and copied for each."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from model_runtime.files import locked


def shared(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return this worker's copy of a folder, which the first that asks for it makes.

    A folder whose making fails is made anew by the next that asks.
    """
    own = factory.getbasetemp()
    # Each worker of pytest-xdist has a folder of its own in that of the run.
    run = own.parent if own.name.startswith("popen-") else own
    made, copy = run / f"shared-{name}", factory.mktemp(name) / "copy"
    with locked(run / f"shared-{name}.lock"):
        if not made.exists():
            new = factory.mktemp(f"new-{name}")
            make(new)
            new.rename(made)
    return Path(shutil.copytree(made, copy))
