"""Fixtures of all tests: the template alone, and trained projects."""

import gc
import os
import sys
import zlib
from pathlib import Path

import pytest

from tools.examples import snapshot

pytest.register_assert_rewrite("tests.support")

gc.set_threshold(50_000, 20, 50)  # a worker has more objects than are worth a look that often

# Else each of the processes that tests start would compile all that it imports anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Helm and others are done before there is much garbage to collect.
os.environ.setdefault("GOGC", "2000")

# This environment's programs, uv among them, are found by name, whether or not it is activated.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

from tests.support.projects import Baked, Trained  # noqa: E402 - its asserts are rewritten first


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each worker its share, in files that are mixed the same way each time, long ones first.

    A worker begins with an even part of the list, and gets from others what they have last. First
    are projects of a test's own, for the others wait for the trained ones that they share.
    """
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.location[0], []).append(item)
    mixed = sorted(files, key=lambda file: zlib.crc32(file.encode()))
    ranks = {file: _rank(files[file]) for file in files}
    long = sorted((file for file in mixed if ranks[file] < _SHORT), key=ranks.__getitem__)
    rest = [item for file in mixed if ranks[file] == _SHORT for item in files[file]]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    shares = [[item for file in long[k::workers] for item in files[file]] for k in range(workers)]
    left = len(items)
    for k, share in enumerate(shares):
        size = left // (workers - k)
        taken = max(0, size - len(share)) if k < workers - 1 else len(rest)
        share += rest[:taken]
        del rest[:taken]
        left -= len(share)
    items[:] = [item for share in shares for item in share]


_SHORT = 2
_LONGEST = "test_tutorial"
"""A module that would be waited for at the end."""


def _rank(file: list[pytest.Item]) -> int:
    """Return when a file's tests begin: 0 with projects of their own, 1 with shared ones, then."""
    if file[0].path.stem == _LONGEST:
        return -1
    if any("trained" in getattr(item, "fixturenames", ()) for item in file):
        return 1
    return 0 if file[0].path.parent.name == "project" else _SHORT


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--histories", type=int, default=20, help="of random upgrades")
    seconds = "that the collector of the prediction log is away"
    parser.addoption("--outage", type=float, default=1, help=seconds)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the template without the rest of the repository."""
    return snapshot(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def baked(tmp_path_factory: pytest.TempPathFactory) -> Baked:
    """The project of some answers as the template makes it, made once for all workers."""
    return Baked(tmp_path_factory)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The trained project of a kind, made once for all workers."""
    return Trained(tmp_path_factory)
