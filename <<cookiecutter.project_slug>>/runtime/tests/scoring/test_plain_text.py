"""The bytes of a file that is named CSV: its kind, its compression, its mark, its ends of lines."""

import bz2
import gzip
import io
import lzma
import zipfile
from pathlib import Path

import pytest

from model_runtime.drafting.run import read_unknown
from model_runtime.errors import ProjectError
from model_runtime.scoring.open_input import plain_text
from model_runtime.scoring.read_csv import CsvInput
from model_runtime.scoring.read_json_lines import JsonLinesInput
from model_runtime.scoring.stream import INPUTS
from model_runtime.tables.form import AskedForm, Columns, CsvForm, find_form
from model_runtime.tables.read import read_whole

from ..support.scored_files import written

COLUMNS = Columns(frozenset({"a"}), frozenset())
ARCHIVE = io.BytesIO()
with zipfile.ZipFile(ARCHIVE, "w") as archive:
    archive.writestr("sheet.xml", "<x/>")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(b"a,b\n"), "was compressed by gzip: unpack it"),
        (bz2.compress(b"a,b\n"), "was compressed by bzip2"),
        (lzma.compress(b"a,b\n"), "was compressed by xz"),
        (ARCHIVE.getvalue(), "is a zip archive or a workbook of Excel: unpack it, or save its"),
        (b"%PDF-1.7\n%\xe2", "is a PDF: export"),
        (b"PAR1\x15\x04\xff", r"is Parquet: let its name end with \.parquet"),
    ],
    ids=["gzip", "bzip2", "xz", "zip", "pdf", "parquet"],
)
def test_what_is_no_text_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "in.csv").write_bytes(content)
    for look in (find_form, lambda path: read_whole(path, CsvForm())):
        with pytest.raises(ProjectError, match=said):
            look(tmp_path / "in.csv")
    for suffix in (".csv", ".tsv", ".jsonl"):
        reading = plain_text("in", suffix, io.BytesIO(content), AskedForm(), COLUMNS)
        with pytest.raises(ProjectError, match=said), reading:
            pass


PACKED = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (k, k**3) for k in range(60_000)))


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n",
        b"\x1f\x8b",
        PACKED[:9],
        PACKED[:-20],
        PACKED[:-8] + bytes(8),
        PACKED[:-2000] + bytes(1000) + PACKED[-1000:],
        PACKED + b"a,b\n1,2\n",
    ],
    ids=["no gzip", "mark alone", "head alone", "cut off", "checksum", "damaged", "more behind"],
)
def test_what_is_no_whole_gzip_file_is_told_by_every_reader(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "in.csv.gz"
    file.write_bytes(content)
    for look in (
        find_form,
        lambda path: find_form(path, AskedForm("latin-1")),
        lambda path: read_whole(path, CsvForm()),
        lambda path: read_unknown(path, CsvForm()),
    ):
        with pytest.raises(ProjectError, match=r"in\.csv\.gz is no whole gzip file \(.+\): fetch"):
            look(file)
    file.write_bytes(PACKED)
    assert find_form(file) == CsvForm()
    assert read_unknown(file, CsvForm()).shape == (60_000, 2)


@pytest.mark.parametrize("suffix", sorted(key for key in INPUTS if INPUTS[key] is CsvInput))
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_with_carriage_returns_alone(suffix: str, end: str) -> None:
    lines = ["", '"a\r\nb",a', *['1,"é\n"'] * 100_000]
    content = end.join([*lines, ""]).encode()
    with plain_text("in", suffix, io.BytesIO(content), AskedForm(), COLUMNS) as (file, _):
        ends = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if end == "\r" else content
        assert file.read() == ends


@pytest.mark.parametrize("suffix", sorted(key for key in INPUTS if INPUTS[key] is JsonLinesInput))
@pytest.mark.parametrize("encoding", ["", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_json_lines_may_end_with_them_too(suffix: str, encoding: str, end: str) -> None:
    blank = '{"a":\r 1}' if end != "\r" else "{}"  # a carriage return may be a blank
    text = end.join(['{"a": "é\\r"}', blank, ""])
    content = io.BytesIO(text.encode(encoding or "utf-8"))
    with plain_text("in", suffix, content, AskedForm(encoding), COLUMNS) as (file, _):
        assert file.read().decode() == (text.replace("\r", "\n") if end == "\r" else text)


@pytest.mark.parametrize("said", ["cp1252", "utf-16"])
def test_another_encoding_than_the_mark_s_is_refused(tmp_path: Path, said: str) -> None:
    content = "a;b\n1;2\n".encode("utf-8-sig")
    (tmp_path / "in.csv").write_bytes(content)
    reading = plain_text("in", ".csv", io.BytesIO(content), AskedForm(said), COLUMNS)
    with pytest.raises(ProjectError, match=f"begins with the mark of UTF-8, .* {said}"), reading:
        pass
    with pytest.raises(ProjectError, match=f"begins with the mark of UTF-8, .* {said}"):
        read_whole(tmp_path / "in.csv", CsvForm(said))
    for own in ("UTF8", "utf-8-sig"):
        assert find_form(tmp_path / "in.csv", AskedForm(own)).separator == ";"


@pytest.mark.parametrize("name", ["PAR1", "BZh"])
def test_a_header_may_begin_like_another_kind_of_file(tmp_path: Path, name: str) -> None:
    assert find_form(written(tmp_path / "in.csv", f"{name};b", "1;2,5")).decimal == ","
