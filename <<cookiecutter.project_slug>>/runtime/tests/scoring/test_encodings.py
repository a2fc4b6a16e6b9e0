"""Files in other encodings than UTF-8."""

from io import BytesIO
from pathlib import Path

import pytest
from rich.console import Console

from model_runtime.bundle.read import Bundle, read_bundle
from model_runtime.bundle.schema import Schema
from model_runtime.errors import ProjectError
from model_runtime.features import Feature
from model_runtime.scoring.read_csv import CsvInput
from model_runtime.scoring.run import Report, score
from model_runtime.tables.form import AskedForm, Columns, form_of

HEADER = "income per.year,age,copy,Größe\n"
ROWS = HEADER + "1000,40,true,M\n2000,30,false,é\n"


@pytest.fixture(scope="module")
def bundle(trained: Path) -> Bundle:
    return read_bundle(trained / "model_bin")


def scored(bundle: Bundle, content: bytes, folder: Path, encoding: str) -> Report:
    source = folder / "in.csv"
    source.write_bytes(content)
    return score(bundle, source, folder / "out.csv", Console(quiet=True), form=AskedForm(encoding))


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "UTF-8", ""])
def test_a_file_is_read_in_the_encoding_that_is_said_or_found(
    bundle: Bundle, tmp_path: Path, encoding: str
) -> None:
    report = scored(bundle, ROWS.encode(encoding or "latin-1"), tmp_path, encoding)
    assert (report.scored, report.rejected) == (1, 1)
    assert "é" in report.rejects.read_text("utf-8")


@pytest.mark.parametrize(
    ("encoding", "sentence"),
    [
        ("latin1000", "ENCODING is 'latin1000', which Python does not know; write one such as"),
        ("base64", "which Python does not know"),
        ("ascii", r"in\.csv is not in ascii: after line 1 .* Say its own encoding"),
    ],
)
def test_another_one_is_told(bundle: Bundle, tmp_path: Path, encoding: str, sentence: str) -> None:
    with pytest.raises(ProjectError, match=sentence):
        scored(bundle, ROWS.encode("latin-1"), tmp_path, encoding)
    assert not (tmp_path / "out.csv").exists()


def test_parquet_has_none(bundle: Bundle, tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    source.write_bytes(b"PAR1")
    with pytest.raises(ProjectError, match="has no ENCODING: only CSV and JSON lines are texts"):
        score(bundle, source, tmp_path / "out.csv", Console(quiet=True), form=AskedForm("latin-1"))


def test_a_mark_that_begins_a_cell_is_a_part_of_it() -> None:
    """The file's own stands before the header, and is none of any cell's."""
    note = Feature(name="note", type="text", example="a")
    schema = Schema(task="regression", target="y", features=[note])
    for mark in ("", "\ufeff"):
        content = f"{mark}note\n\ufeffa\n\ufeff\ufeffb\n".encode()
        blocks = CsvInput("in.csv", BytesIO(content), schema).blocks()
        cells = [cell for block in blocks for cell in block.features["f0"]]
        assert cells == ["\ufeffa", "\ufeff\ufeffb"]


@pytest.mark.parametrize(
    ("note", "encoding"),
    [("Gr\ufffd\ufffde".encode(), "utf-8"), (b"Gr\xef\xbf\xbd\xf6a\xdfa", "cp1252")],
)
def test_a_text_may_have_the_sign_for_what_is_broken(note: bytes, encoding: str) -> None:
    """It was read wrongly once, and is UTF-8 now, as a training reads it."""
    expected = Columns(frozenset({"note"}), frozenset())
    assert form_of(b"note\n" + note, AskedForm(), expected).encoding == encoding
