"""Tests of the records' files use files of their own."""

from pathlib import Path

import pytest

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,"
    "LSOA code,LSOA name,Crime type,Last outcome category,Context"
)


def record(outcome: str = "Offender fined", force: str = "Kent Police") -> str:
    """Return a line of a street-level file."""
    place = '1.0,51.0,"On or near Castle Street, East",E01,Kent 001A'
    return f"abc,2018-10,{force},{force},{place},Burglary,{outcome},"


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """A file's path in its folder; the test writes it."""
    path = tmp_path / "data" / "2018-10" / "2018-10-kent-street.csv"
    path.parent.mkdir(parents=True)
    return path
