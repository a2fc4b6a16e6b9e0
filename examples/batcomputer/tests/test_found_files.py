"""Every street file that lies in data/ is read once, or named with the reason why not."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from model_runtime import ProjectError

from batcomputer.use_case.data_loader import DataLoader
from batcomputer.use_case.street_counts import count
from batcomputer.use_case.street_files import find

from .street_records import HEADER, record

KENT = "2018-10-kent-street.csv"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder data/, which has one file in its month's folder."""
    write(tmp_path / "data" / "2018-10" / KENT)
    return tmp_path / "data"


def write(path: Path, rows: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADER, *[record()] * rows]) + "\n")
    return path


def pack(path: Path, *names: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, f"{HEADER}\n{record()}\n")
    return path


def found(data: Path) -> list[str]:
    """Return what is found, as paths; each can be read."""
    files = find(data)
    assert [count(file).read for file in files] == [1] * len(files)
    return [str(file).removeprefix(f"{data}/") for file in files]


@pytest.mark.parametrize(
    "path",
    [
        "2018-10-avon-street.csv",
        "2018-10/2018-10-avon-street.csv",
        "2018-11/2018-10-avon-street.csv",
        "a/b/c/2018-10-avon-street.csv",
        "downloads from the web/2018-10-avon-street.csv",
        "2018-10-AVON-STREET.CSV",
        "2018-10-avon-and-somerset-street.csv",
    ],
)
def test_a_file_is_read_wherever_it_lies_beside_others(data: Path, path: str) -> None:
    write(data / path)
    assert sorted(found(data)) == sorted([f"2018-10/{KENT}", path])


@pytest.mark.parametrize("name", ["x.zip", "X.ZIP", "folder/x.zip"])
@pytest.mark.parametrize("inside", ["", "2018-11/", "export/2018-11/"])
def test_a_zip_is_read_whatever_it_has_inside_and_wherever_it_lies(
    data: Path, name: str, inside: str
) -> None:
    pack(data / name, f"{inside}2018-11-avon-street.csv", f"{inside}2018-11-avon-outcomes.csv")
    assert found(data) == [f"2018-10/{KENT}", f"{name}:{inside}2018-11-avon-street.csv"]


def test_a_linked_folder_is_read_once_and_a_circle_of_links_ends(
    data: Path, tmp_path: Path
) -> None:
    write(tmp_path / "elsewhere" / "2018-11" / "2018-11-avon-street.csv")
    (data / "linked").symlink_to(tmp_path / "elsewhere")
    (data / "linked too").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(data)
    assert len(found(data)) == 2


def in_another_folder(data: Path) -> Path:
    return write(data / "again" / KENT)


def flat_beside_it(data: Path) -> Path:
    return write(data / KENT)


def in_a_zip(data: Path) -> Path:
    return pack(data / "x.zip", f"2018-10/{KENT}")


def in_capitals(data: Path) -> Path:
    return write(data / KENT.upper())


@pytest.mark.parametrize("again", [in_another_folder, flat_beside_it, in_a_zip, in_capitals])
def test_a_month_and_force_that_lie_there_twice_are_read_once_and_the_others_named(
    data: Path, caplog: pytest.LogCaptureFixture, again: Callable[[Path], Path]
) -> None:
    path = again(data)
    (file,) = find(data)
    assert count(file).read == 1
    both = {str(path), str(data / "2018-10" / KENT)}
    named = [name for name in both if name in caplog.text]
    assert named, caplog.text
    assert f"these months and forces are read from {file.container}." in caplog.text


def test_of_two_zips_with_the_same_months_the_second_is_named_and_not_file_by_file(
    data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    names = [f"2018-11/2018-11-{force}-street.csv" for force in ("avon", "city", "essex", "wales")]
    pack(data / "a.zip", *names)
    pack(data / "b.zip", *names)
    assert len(find(data)) == 5
    (message,) = [entry.getMessage() for entry in caplog.records]
    assert message == (
        f"Ignored: {', '.join(f'{data}/b.zip:{name}' for name in names[:3])} and 1 more: these "
        f"months and forces are read from {data}/a.zip."
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("2018-10-kent-street.csv.gz", "unpack it"),
        ("2018-10.tar.gz", "unpack it"),
        ("2018-10.7z", "unpack it"),
        ("october-street.csv", "is named YYYY-MM-<force>-street.csv"),
        ("2018-10-avon-street (1).csv", "is named YYYY-MM-<force>-street.csv"),
        ("2018-10-avon-street.xlsx", "is named YYYY-MM-<force>-street.csv"),
    ],
)
def test_a_file_that_cannot_be_read_as_one_is_named_with_the_reason(
    data: Path, caplog: pytest.LogCaptureFixture, name: str, reason: str
) -> None:
    (data / name).write_text("x")
    assert found(data) == [f"2018-10/{KENT}"]
    assert f"Ignored: {data}/{name}: " in caplog.text
    assert reason in caplog.text


def test_a_zip_within_a_zip_is_named(data: Path, caplog: pytest.LogCaptureFixture) -> None:
    pack(data / "x.zip", "2018-11/2018-11-avon-street.csv", "2018-12.zip")
    assert len(found(data)) == 2
    assert f"Ignored: {data}/x.zip:2018-12.zip: packed files" in caplog.text


def test_what_is_no_street_file_is_not_spoken_of(
    data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("README.md", "2018-10/2018-10-kent-outcomes.csv", "2018-10/stop-and-search.csv"):
        write(data / name)
    assert len(found(data)) == 1
    assert caplog.text == ""


def test_a_damaged_file_in_a_zip_and_one_with_a_password_are_named(data: Path) -> None:
    archive = pack(data / "x.zip", "2018-11/2018-11-avon-street.csv")
    whole = archive.read_bytes()
    archive.write_bytes(whole.replace(b"Kent Police", b"Gent Police", 1))
    with pytest.raises(ProjectError, match=r"x\.zip:2018-11/.*can't be read \(Bad CRC"):
        count(find(data)[1])
    locked = bytearray(whole)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[whole.index(signature) + flags] |= 1
    archive.write_bytes(locked)
    with pytest.raises(ProjectError, match=r"can't be read .*password"):
        count(find(data)[1])


def test_a_link_to_nothing_is_named(data: Path) -> None:
    (data / "2018-11-avon-street.csv").symlink_to(data / "gone")
    with pytest.raises(ProjectError, match=r"2018-11-avon-street\.csv can't be read"):
        count(find(data)[1])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quote", [False, True])
def test_line_ends_and_a_quoted_header_change_nothing(data: Path, end: str, quote: bool) -> None:
    header = ",".join(f'"{name}"' for name in HEADER.split(",")) if quote else HEADER
    (data / "2018-10" / KENT).write_bytes(end.join([header, record(), record(), ""]).encode())
    counts = count(find(data)[0])
    assert (counts.read, counts.malformed, counts.rows["count"].sum()) == (2, 0, 2)


def test_flat_files_and_folders_are_counted_alike(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(data / "2018-11" / "2018-11-avon-street.csv", rows=7)
    monkeypatch.chdir(data.parent)
    by_folder = DataLoader().load_data()
    for month in ("2018-10", "2018-11"):
        for file in sorted((data / month).iterdir()):
            file.rename(data / file.name)
        shutil.rmtree(data / month)
    assert DataLoader().load_data().equals(by_folder)
    assert by_folder["count"].sum() == 8
