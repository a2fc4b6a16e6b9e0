"""Counts add up: the sum is that of all records, in whatever groups and order they came."""

import itertools
import random
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from batcomputer.use_case.data_loader import DATA, DataLoader
from batcomputer.use_case.outcomes import CAUGHT, NOT_CAUGHT
from batcomputer.use_case.street_counts import TOGETHER, Street, added, count
from batcomputer.use_case.street_files import StreetFile, find
from batcomputer.use_case.synthetic import make_up

KEYS = ["month", "force", "crime", "outcome"]


@pytest.fixture
def files(tmp_path: Path) -> list[StreetFile]:
    """Two Octobers and a November of five forces; one file has a broken row, one is empty."""
    make_up(tmp_path / "data", ["2030-10", "2030-11", "2031-10"], rows=100)
    first, second, *_ = sorted((tmp_path / "data" / "2030-10").iterdir())
    first.write_text(first.read_text() + "broken\n")
    second.write_text("")
    return find(tmp_path / "data")


def table(street: Street) -> list[tuple[object, ...]]:
    return street.rows.sort(KEYS).select(*KEYS, "count").rows()


def same(one: Street, other: Street) -> bool:
    numbers = (one.read, one.malformed) == (other.read, other.malformed)
    return numbers and sorted(one.notes) == sorted(other.notes) and table(one) == table(other)


def groups(files: list[StreetFile], size: int) -> Iterable[list[StreetFile]]:
    return (files[start : start + size] for start in range(0, len(files), size))


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_counts_of_groups_add_up_to_those_of_all_files(files: list[StreetFile], size: int) -> None:
    whole = added(map(count, files))
    assert (whole.read, whole.malformed, len(whole.notes)) == (1401, 1, 2)
    mixed = random.Random(size).sample(files, len(files))
    assert same(added(added(map(count, group)) for group in groups(mixed, size)), whole)


def test_of_many_counts_few_are_held_at_a_time(files: list[StreetFile]) -> None:
    counts = count(files[-1])
    whole = added(itertools.repeat(counts, 3 * TOGETHER + 1))
    assert whole.read == 100 * (3 * TOGETHER + 1)
    assert whole.rows.height == counts.rows.height


def test_the_sum_of_nothing_is_nothing(files: list[StreetFile]) -> None:
    nothing = added([])
    assert (nothing.read, nothing.rows.height) == (0, 0)
    assert same(added([nothing, *map(count, files)]), added(map(count, files)))


def test_years_become_one_and_are_counted_as_pandas_counts_them(
    files: list[StreetFile], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for file in files:
        if not file.read() or b"broken" in file.read():
            (file.container / file.name).unlink()
    monkeypatch.chdir(tmp_path)
    records = pd.concat([pd.read_csv(path) for path in sorted(DATA.rglob("*.csv"))])
    outcome = records["Last outcome category"]
    verdict = outcome.map(dict.fromkeys(CAUGHT, "caught") | dict.fromkeys(NOT_CAUGHT, "not caught"))
    month = records["Month"].str[5:].astype(int)
    keys = [records["Reported by"], records["Crime type"], month, verdict]
    wanted = records.groupby([key.to_numpy() for key in keys]).size()
    frame = DataLoader().load_data()
    found = frame[frame["count"] > 0].set_index(["force", "crime", "month", "verdict"])["count"]
    assert found.to_dict() == wanted.to_dict()
    assert set(found.index.get_level_values("month")) == {10, 11}


def test_a_count_of_no_record_has_the_columns_of_one_of_some(files: list[StreetFile]) -> None:
    texts = dict.fromkeys(("force", "crime", "outcome"), pl.String)
    wanted = pl.Schema({"month": pl.Int64, **texts, "count": pl.Int64})
    assert added([]).rows.schema == wanted
    assert count(files[-1]).rows.schema == wanted
