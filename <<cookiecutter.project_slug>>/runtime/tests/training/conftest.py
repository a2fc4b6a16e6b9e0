"""Data in parts that several files' tests learn from."""

from pathlib import Path

import pytest

from ..support.parted import FRAME, written


@pytest.fixture(scope="session")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The rows of `FRAME` in four files."""
    return written(FRAME, tmp_path_factory.mktemp("data"), [300, 301, 1_200])
