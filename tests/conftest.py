"""Fixtures of all tests: the template alone, and trained projects."""

import os
import zlib
from pathlib import Path

import pytest

from tools.examples import snapshot

pytest.register_assert_rewrite("tests.support")

# Else each of the processes that tests start would compile all that it imports anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

from tests.support.projects import Baked, Trained  # noqa: E402 - its asserts are rewritten first


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mix the files, the same way each time, so that no worker has all of the long ones."""
    items.sort(key=lambda item: zlib.crc32(item.location[0].encode()))


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
