"""Tests of the records' files use files of their own."""

from pathlib import Path

import pytest


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """A file's path in its folder; the test writes it."""
    path = tmp_path / "data" / "2018-10" / "2018-10-kent-street.csv"
    path.parent.mkdir(parents=True)
    return path
