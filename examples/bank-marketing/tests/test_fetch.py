"""Calls are fetched from zips in a zip or from any table of their columns; no other is taken."""

import io
import zipfile
from pathlib import Path

import pytest
from model_runtime import ProjectError

from bank_marketing.use_case.data_loader import CALLS, DATA, DataLoader
from bank_marketing.use_case.fetch import fetch_calls, read_calls
from bank_marketing.use_case.synthetic import make_up


def table(rows: int = 40) -> str:
    """Return a table of made-up calls, divided by commas."""
    file = Path("made-up.csv")
    make_up(file, rows)
    text = file.read_text()
    file.unlink()
    return text


def as_published(text: str) -> bytes:
    """Return it divided by semicolons and with quotes, as the UCI repository has it."""
    head, *rows = text.splitlines()
    quoted = [";".join(f'"{name}"' for name in head.split(",")), *rows]
    return "\n".join([quoted[0], *(row.replace(",", ";") for row in rows)]).encode()


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_full_table_is_taken_out_of_zips_in_a_zip() -> None:
    inner = zipped(
        **{
            "bank-additional__bank-additional.csv": as_published(table(5)),
            "__MACOSX__._bank-additional-full.csv": b"no table",
            "bank-additional__bank-additional-full.csv": as_published(table()),
        }
    )
    other = zipped(**{"bank.csv": b"age;job;y\n1;2;no\n"})
    Path("bank.zip").write_bytes(zipped(**{"bank.zip": other, "bank-additional.zip": inner}))
    kept = fetch_calls("bank.zip", DATA / CALLS)
    frame = read_calls(kept)
    assert frame.shape == (40, 21)
    assert {"emp.var.rate", "y"} < set(frame.columns)
    assert [path.name for path in DATA.iterdir()] == [CALLS]


@pytest.mark.parametrize("divider", [",", ";"])
def test_a_table_may_be_divided_by_commas_or_semicolons(divider: str) -> None:
    Path("mine.csv").write_text(table().replace(",", divider))
    DataLoader().fetch_data("mine.csv", [])
    assert DataLoader().load_data().shape == (40, 21)
    assert DataLoader().load_data(n_rows=7).shape == (7, 21)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK no zip", zipped(a=b"no csv")])
def test_what_is_no_such_table_is_refused_and_nothing_is_left(content: bytes) -> None:
    Path("wrong.csv").write_bytes(content)
    with pytest.raises(ProjectError, match="is not whole: it "):
        DataLoader().fetch_data("wrong.csv", [])
    assert not (DATA / CALLS).exists()


def test_made_up_rows_are_named_so_and_give_way_to_real_ones() -> None:
    DataLoader().fetch_data("synthetic", [])
    assert "synthetic" in DataLoader().load_data().attrs["tags"]["data"]
    Path("mine.csv").write_text(table())
    DataLoader().fetch_data("mine.csv", [])
    assert not DataLoader().load_data().attrs
    with pytest.raises(ProjectError, match="would be used instead of made-up rows"):
        DataLoader().fetch_data("synthetic", [])


def test_made_up_rows_are_the_same_each_time() -> None:
    assert table() == table()


def test_without_data_it_is_told_what_to_do() -> None:
    with pytest.raises(ProjectError, match="make data FROM=synthetic"):
        DataLoader().load_data()


def test_a_part_of_the_data_can_not_be_had() -> None:
    with pytest.raises(ProjectError, match="fetched as a whole"):
        DataLoader().fetch_data(None, ["2008"])
