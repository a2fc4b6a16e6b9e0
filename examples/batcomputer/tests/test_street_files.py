"""Real files are messy: each mess is handled or named by file and line, and all rows counted."""

import logging
import zipfile
from pathlib import Path

import pytest
from model_runtime import ProjectError

from batcomputer.use_case.data_loader import DataLoader
from batcomputer.use_case.street_counts import Street, count
from batcomputer.use_case.street_files import find

from .street_records import HEADER, record


def counted(street: Path, text: str | bytes) -> Street:
    content = text.encode() if isinstance(text, str) else text
    street.write_bytes(content)
    (file,) = find(street.parents[1])
    return count(file)


def total(counts: Street) -> int:
    rows = int(counts.rows["count"].sum())
    assert counts.read == rows + counts.malformed
    return rows


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [entry.getMessage() for entry in caplog.records]


def lines(*records: str) -> str:
    return "\n".join([HEADER, *records]) + "\n"


def test_a_whole_file_is_counted(street: Path) -> None:
    counts = counted(street, lines(record(), record(), record("")))
    assert total(counts) == 3
    assert counts.notes == []
    assert sorted(counts.rows["count"]) == [1, 2]


@pytest.mark.parametrize(
    "broken", [record()[:60], record()[:-1], record() + ",more", '"' + record(), "a,b"]
)
def test_a_broken_row_is_named_by_file_and_line(street: Path, broken: str) -> None:
    counts = counted(street, lines(record(), broken, record()))
    assert (total(counts), counts.malformed) == (2, 1)
    assert any("2018-10-kent-street.csv:3 is malformed" in note for note in counts.notes)


def test_a_row_without_month_or_force_is_named(street: Path) -> None:
    rows = record().replace("2018-10", "October"), record(force="")
    counts = counted(street, lines(record(), *rows))
    assert (total(counts), counts.malformed) == (1, 2)


def test_a_latin_1_byte_is_read_and_named(street: Path) -> None:
    text = lines(record(), record().replace("Castle", "Café"))
    counts = counted(street, text.encode("latin-1"))
    assert total(counts) == 2
    assert any("street.csv:3 is not UTF-8" in note for note in counts.notes)


def test_another_order_and_an_extra_column_change_nothing(street: Path) -> None:
    header = "Extra,Last outcome category,Crime type,Reported by,Month"
    counts = counted(street, f"{header}\n,Offender fined,Drugs,X,2018-10\n")
    assert total(counts) == 1
    assert counts.rows.select("force", "crime", "outcome").rows() == [
        ("X", "Drugs", "Offender fined")
    ]


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(street: Path) -> None:
    counts = counted(street, b"\xef\xbb\xbf" + lines(record()).replace("\n", "\r\n").encode())
    assert (total(counts), counts.notes) == (1, [])


def test_an_empty_file_is_named(street: Path) -> None:
    assert "is empty" in counted(street, "").notes[0]
    assert total(counted(street, HEADER + "\n")) == 0


def test_a_file_without_a_needed_column_is_named_and_accounted_for(street: Path) -> None:
    counts = counted(street, lines(record()).replace("Crime type", "Kind"))
    assert (total(counts), counts.malformed) == (0, 1)
    assert "has no column Crime type" in counts.notes[0]


def test_a_folder_without_files_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="make data"):
        find(tmp_path)


def test_a_zip_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "police.zip").write_text("no")
    with pytest.raises(ProjectError, match=r"police\.zip is no whole zip"):
        find(tmp_path)


def test_a_zip_is_read_as_its_folder_is_and_no_file_twice(street: Path) -> None:
    street.write_text(lines(record()))
    folder = street.parents[1]
    with zipfile.ZipFile(folder / "police.zip", "w") as archive:
        archive.write(street, "2018-10/2018-10-kent-street.csv")
        archive.write(street, "2018-11/2018-11-kent-street.csv")
    files = find(folder)
    assert [file.container.name for file in files] == ["data", "police.zip"]
    assert [total(count(file)) for file in files] == [1, 1]


def test_the_log_accounts_for_every_record(
    street: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    records = [
        record(),
        record("Under investigation"),
        record(""),
        record("Turned into a newt"),
        "x",
    ]
    street.write_text(lines(*records, record("Unable to prosecute suspect")))
    monkeypatch.chdir(street.parents[2])
    frame = DataLoader().load_data()
    assert frame["verdict"].tolist() == ["caught", "not caught"]
    assert "6 records, in 1 files = 2 used" in caplog.text
    assert "+ 4 dropped" in caplog.text
    for reason in (
        "'Turned into a newt' is not in outcomes.py",
        "'Under investigation': nobody knows yet",
        "no outcome published",
        "malformed",
    ):
        assert f"    {1:>11,}  {reason}" in messages(caplog)


def test_a_force_seen_for_the_first_time_is_a_force(
    street: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    street.write_text(lines(record(force="Ministry of Silly Walks")))
    monkeypatch.chdir(street.parents[2])
    assert DataLoader().load_data()["force"].tolist() == ["Ministry of Silly Walks"]
