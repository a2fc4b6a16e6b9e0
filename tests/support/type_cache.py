"""Mypy's caches, which are the user's, so that a run checks only what has changed since the last.

Each kind of code has one of its own, for it has modules of the same names (`tests.conftest`).
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.delivery.pipeline_tools import CACHE

TYPES = CACHE / "model-service-template" / "types"


@contextmanager
def type_cache(kind: str) -> Iterator[Path]:
    """Yield the cache of a kind of code; others that want one wait meanwhile.

    The first time, it begins with what another kind's has: they use the same packages.
    """
    TYPES.mkdir(parents=True, exist_ok=True)
    with (TYPES / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = TYPES / kind
        new = TYPES / "new"
        others = [path for path in TYPES.iterdir() if path.is_dir() and path != new]
        if others and folder not in others:
            shutil.rmtree(new, ignore_errors=True)
            shutil.copytree(others[0], new)
            new.rename(folder)
        yield folder
