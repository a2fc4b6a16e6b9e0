"""Months are fetched from an archive, which is checked and of which only they are kept."""

import zipfile
from pathlib import Path

import pytest
from model_runtime import ProjectError

from batcomputer.use_case.data_loader import DataLoader
from batcomputer.use_case.fetch import fetch_months
from batcomputer.use_case.street_files import find

MONTHS = ("2018-09", "2018-10", "2018-11")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for month in MONTHS:
            opened.writestr(f"{month}/{month}-kent-street.csv", month)
            opened.writestr(f"{month}/{month}-kent-outcomes.csv", month)
    return path


def test_only_the_chosen_months_are_kept(archive: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    kept = fetch_months(data, str(archive), ["2018-10", "2018-11"])
    assert zipfile.ZipFile(kept).namelist() == [
        f"{month}/{month}-kent-street.csv" for month in ("2018-10", "2018-11")
    ]
    assert [path.name for path in data.iterdir()] == [kept.name]


def test_a_month_that_is_not_there_is_named_and_nothing_left(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no street files of 2019-01"):
        fetch_months(tmp_path / "data", str(archive), ["2018-10", "2019-01"])
    assert not list((tmp_path / "data").iterdir())


def test_a_damaged_archive_is_refused(archive: Path, tmp_path: Path) -> None:
    content = bytearray(archive.read_bytes())
    content[content.index(b"2018-10-kent-street.csv") + 24] ^= 1
    archive.write_bytes(content)
    with pytest.raises(ProjectError, match="is not whole"):
        fetch_months(tmp_path / "data", str(archive), [])


@pytest.mark.parametrize(
    ("months", "sentence"), [(["2018-13"], "is no month"), ([], "Which months")]
)
def test_months_that_are_none_are_told(tmp_path: Path, months: list[str], sentence: str) -> None:
    with pytest.raises(ProjectError, match=sentence):
        fetch_months(tmp_path, None, months)


def test_made_up_records_are_named_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    DataLoader().fetch_data("synthetic", ["2030-05"])
    files = find(tmp_path / "data")
    assert files
    assert all(file.synthetic for file in files)
    frame = DataLoader().load_data()
    assert "synthetic" in frame.attrs["tags"]["data"]
    assert frame["force"].str.startswith("Synthetic").all()
