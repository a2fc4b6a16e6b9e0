"""Many files are scored as each would be alone."""

from pathlib import Path

import polars as pl
import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.errors import ProjectError
from model_runtime.scoring.many import pieces

from ..support.many_files import day_files, manifest, outputs, score_all, written_bundle
from ..support.scored_files import GOOD, HEADER, as_file, read, scored, table, written


@pytest.fixture(scope="module")
def model(shop: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written_bundle(shop, tmp_path_factory.mktemp("model") / "model_bin")


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_each_file_is_scored_as_it_is_alone(
    shop: Bundle, model: Path, tmp_path: Path, suffix: str
) -> None:
    day_files(tmp_path / "in", 7, suffix=suffix)
    score_all(model, f"{tmp_path}/in/day=*/*{suffix}", tmp_path / "out")
    found = outputs(tmp_path / "out")
    assert len(found) == 7
    for name, content in found.items():
        _, alone = scored(shop, tmp_path / "in" / name, suffix)
        assert content == alone.read_bytes(), name


def test_a_folder_is_its_files_and_leaves_others_out(model: Path, tmp_path: Path) -> None:
    day_files(tmp_path / "in", 3)
    for name in ("_SUCCESS", "_old/x.parquet", ".hidden.csv", "notes.txt"):
        (tmp_path / "in" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_text("no rows")
    lines = score_all(model, f"{tmp_path}/in/", tmp_path / "out")
    assert lines[0] == "read       150 from 3 files in 3 pieces"
    assert lines[-1] == "left out   4 files: other formats, or names with _ or . first"
    assert sorted(outputs(tmp_path / "out")) == [f"day={k}/part 00{k}.parquet" for k in range(3)]


def test_rejects_are_apart_and_only_where_there_are_some(model: Path, tmp_path: Path) -> None:
    (tmp_path / "in" / "b").mkdir(parents=True)
    written(tmp_path / "in" / "a.csv", HEADER, GOOD, GOOD)
    written(tmp_path / "in" / "b" / "c.csv", f"{HEADER},more", f"{GOOD},", "c2,1,old,true,M,")
    lines = score_all(model, tmp_path / "in", tmp_path / "out")
    found = outputs(tmp_path / "out")
    assert sorted(found) == ["_rejects/b/c.csv.csv", "a.csv", "b/c.csv"]
    assert b"3,age,must be a number,old" in found["_rejects/b/c.csv.csv"]
    name = manifest(tmp_path / "out")["model"]["name"]
    assert lines[1:4] == [
        f"scored     3 to {tmp_path}/out, by {name}, version 1",
        f"rejected   1, see {tmp_path}/out/_rejects",
        "ignored    what the model does not know: more",
    ]
    one, other = manifest(tmp_path / "out")["files"]
    assert (one["read"], one["rejected"], one["rejects"]) == (2, 0, [])
    assert (other["read"], other["rejected"]) == (2, 1)
    assert (other["outputs"], other["rejects"]) == (["b/c.csv"], ["_rejects/b/c.csv.csv"])


def test_a_large_parquet_file_is_cut_and_its_records_go_on(
    shop: Bundle, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    frame = table(1_000)
    frame.write_parquet(tmp_path / "in" / "x.parquet", row_group_size=90)
    size = (tmp_path / "in" / "x.parquet").stat().st_size
    monkeypatch.setattr(pieces, "LARGE", size // 5)
    score_all(model, tmp_path / "in", tmp_path / "out")
    names = sorted(outputs(tmp_path / "out"))
    assert names == [f"x-0000{k}.parquet" for k in range(1, len(names) + 1)]
    assert len(names) > 2
    _, alone = scored(shop, tmp_path / "in" / "x.parquet", ".parquet")
    whole = pl.concat([pl.read_parquet(tmp_path / "out" / name) for name in names])
    assert whole.equals(read(alone))
    assert manifest(tmp_path / "out")["files"][0]["read"] == 1_000


def test_two_pieces_of_one_name_are_refused(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    table(1_000).write_parquet(tmp_path / "in" / "x.parquet", row_group_size=90)
    as_file(table(5), tmp_path / "in" / "x-00002.parquet")
    monkeypatch.setattr(pieces, "LARGE", (tmp_path / "in" / "x.parquet").stat().st_size // 5)
    with pytest.raises(ProjectError, match=r"both be scored to x-00002\.parquet"):
        score_all(model, tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_a_file_without_rows_gives_one(
    shop: Bundle, model: Path, tmp_path: Path, suffix: str
) -> None:
    (tmp_path / "in").mkdir()
    as_file(table(5), tmp_path / "in" / f"some{suffix}")
    as_file(table(5).clear(), tmp_path / "in" / f"none{suffix}")
    score_all(model, tmp_path / "in", tmp_path / "out")
    if suffix != ".jsonl":
        empty, full = (read(tmp_path / "out" / f"{name}{suffix}") for name in ("none", "some"))
        assert (empty.height, empty.columns) == (0, full.columns)


ODD = [
    "with blanks",
    "100% sure",
    "a#b",
    "größe 大",
    "q?x=1",
    "k=1&key=1",
    "back\\slash",
    "[x]",
]


def test_names_are_kept_as_they_are(model: Path, tmp_path: Path) -> None:
    for name in ODD:
        folder = tmp_path / "in" / name
        folder.mkdir(parents=True)
        as_file(table(3), folder / f"{name}.csv")
    score_all(model, tmp_path / "in", tmp_path / "out # 1%")
    assert sorted(outputs(tmp_path / "out # 1%")) == sorted(f"{n}/{n}.csv" for n in ODD)


def test_a_file_whose_name_is_a_pattern_is_the_file(model: Path, tmp_path: Path) -> None:
    for name in ("a[1].csv", "a1.csv"):
        as_file(table(3), tmp_path / name)
    score_all(model, tmp_path / "a[1].csv", tmp_path / "out", "local:1")
    assert sorted(outputs(tmp_path / "out")) == ["a[1].csv"]


def test_nothing_that_fits_is_said_and_explained(model: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    written(tmp_path / "in" / "a.csv", HEADER, "c2,1,old,true,M")
    with pytest.raises(ProjectError, match=r"None of the 1 record fits .*_rejects says why"):
        score_all(model, tmp_path / "in", tmp_path / "out")
    rejects = tmp_path / "out" / "_unfinished" / "_rejects" / "a.csv.csv"
    assert "must be a number" in rejects.read_text()
