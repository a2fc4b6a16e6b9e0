"""Many files are scored as each would be alone, and a run that ends early is gone on with."""

import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_runtime.bundle.read import Bundle
from model_runtime.errors import ProjectError
from model_runtime.scoring.many import pieces
from model_runtime.scoring.many.choice import many
from model_runtime.scoring.many.found import root_of, suffix_of
from model_runtime.scoring.many.place import shown

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


def damaged(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def without_a_column(path: Path) -> None:
    pl.read_parquet(path).drop("age").write_parquet(path)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(damaged, "no whole Parquet file"), (without_a_column, "lacks the columns age")],
)
def test_a_file_that_does_not_fit_is_named_and_what_is_finished_is_kept(
    model: Path, tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    day_files(tmp_path / "in", 5)
    bad = tmp_path / "in" / "day=4" / "part 004.parquet"
    good = bad.read_bytes()
    spoil(bad)
    with pytest.raises(ProjectError, match=said) as caught:
        score_all(model, tmp_path / "in", tmp_path / "out")
    assert str(bad) in str(caught.value)
    assert "4 pieces are finished and kept; the same command goes on" in str(caught.value)
    assert not (tmp_path / "out" / "_manifest.json").exists()
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.parquet")}
    assert len(times) == 4
    bad.write_bytes(good)
    lines = score_all(model, tmp_path / "in", tmp_path / "out")
    assert lines[0] == "read       250 from 5 files in 5 pieces, 4 of them by an earlier run"
    moved = {path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.parquet")}
    assert set(times.values()) < moved


def test_a_file_that_has_changed_between_runs_is_scored_again(model: Path, tmp_path: Path) -> None:
    day_files(tmp_path / "in", 3)
    bad = tmp_path / "in" / "day=2" / "part 002.parquet"
    good = bad.read_bytes()
    damaged(bad)
    with pytest.raises(ProjectError, match="2 pieces are finished"):
        score_all(model, tmp_path / "in", tmp_path / "out")
    bad.write_bytes(good)
    as_file(table(7), tmp_path / "in" / "day=0" / "part 000.parquet")
    lines = score_all(model, tmp_path / "in", tmp_path / "out")
    assert lines[0] == "read       107 from 3 files in 3 pieces, 1 of them by an earlier run"
    assert read(tmp_path / "out" / "day=0" / "part 000.parquet").height == 7


def test_another_model_takes_nothing_over(
    shop: Bundle, model: Path, tmp_path: Path, bundles: list[Bundle]
) -> None:
    day_files(tmp_path / "in", 2)
    (tmp_path / "in" / "z.parquet").write_text("PAR1")
    with pytest.raises(ProjectError, match="2 pieces are finished"):
        score_all(model, tmp_path / "in", tmp_path / "out")
    (tmp_path / "in" / "z.parquet").unlink()
    other = written_bundle(bundles[1], tmp_path / "model_bin")
    lines = score_all(other, tmp_path / "in", tmp_path / "out")
    assert lines[0] == "read       100 from 2 files in 2 pieces"


def test_a_finished_output_has_nothing_to_do_or_is_refused(model: Path, tmp_path: Path) -> None:
    day_files(tmp_path / "in", 3)
    score_all(model, tmp_path / "in", tmp_path / "out")
    before = outputs(tmp_path / "out")
    lines = score_all(model, tmp_path / "in", tmp_path / "out")
    assert lines == [f"Nothing to do: {tmp_path}/out has been scored from these files."]
    as_file(table(7), tmp_path / "in" / "day=0" / "part 000.parquet")
    as_file(table(7), tmp_path / "in" / "more.parquet")
    with pytest.raises(ProjectError, match=r"other files \(1 new, 1 changed\)\. Name another"):
        score_all(model, tmp_path / "in", tmp_path / "out")
    assert outputs(tmp_path / "out") == before


def test_a_run_that_ended_while_it_moved_is_finished(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from model_runtime.scoring.many.output import Output

    day_files(tmp_path / "in", 5)
    score_all(model, tmp_path / "in", tmp_path / "whole")
    move = Output._move

    def move_some(self: Output, path: str) -> None:
        if "day=3" in path:
            raise KeyboardInterrupt
        move(self, path)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Output, "_move", move_some)
        score_all(model, tmp_path / "in", tmp_path / "out")
    assert (tmp_path / "out" / "_unfinished" / "_manifest.json").exists()
    assert score_all(model, tmp_path / "in", tmp_path / "out")[0].startswith("Nothing to do")
    assert outputs(tmp_path / "out") == outputs(tmp_path / "whole")


def test_another_run_is_waited_for(model: Path, tmp_path: Path) -> None:
    from model_runtime.files import locked

    day_files(tmp_path / "in", 2)
    (tmp_path / "out" / "_unfinished").mkdir(parents=True)
    with (
        locked(tmp_path / "out" / "_unfinished" / ".lock"),
        pytest.raises(ProjectError, match="Another run is writing"),
    ):
        score_all(model, tmp_path / "in", tmp_path / "out")
    score_all(model, tmp_path / "in", tmp_path / "out")


def test_places_that_can_not_be_are_refused(model: Path, tmp_path: Path) -> None:
    day_files(tmp_path / "in", 2)
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for source, target, reason in [
        ("in/*.xyz", "out", "no file that ends with one of .csv"),
        ("theirs/*", "out", "names 1 files, none of which ends"),
        ("none/", "out", "can't be listed|no file"),
        ("in/", "theirs", "holds files that scoring did not write, such as thesis.txt"),
        ("in/", "file", "is a file; name a folder"),
        ("in/", "out.csv", "a folder, whose name does not end with .csv"),
        ("in/", "in/out", "within each other"),
        ("in/**/*.parquet", "in/out", "within each other"),
        ("in/day=*/*", "in/", "within each other"),
        ("in/day=0/", "in/day=0", "within each other"),
    ]:
        with pytest.raises(ProjectError, match=reason):
            score_all(model, f"{tmp_path}/{source}", f"{tmp_path}/{target}")
    with pytest.raises(ProjectError, match=r"OUTPUT /proc/out can't be read or written"):
        score_all(model, f"{tmp_path}/in/", "/proc/out")
    with pytest.raises(ProjectError, match="OUTPUT is https://host/x; nothing can be written"):
        score_all(model, f"{tmp_path}/in/", "https://host/x")
    with pytest.raises(ProjectError, match="INPUT is nonsense://x: Protocol not known"):
        score_all(model, "nonsense://x", tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "in", "theirs"]


def test_nothing_that_fits_is_said_and_explained(model: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    written(tmp_path / "in" / "a.csv", HEADER, "c2,1,old,true,M")
    with pytest.raises(ProjectError, match=r"None of the 1 records fits .*_rejects says why"):
        score_all(model, tmp_path / "in", tmp_path / "out")
    rejects = tmp_path / "out" / "_unfinished" / "_rejects" / "a.csv.csv"
    assert "must be a number" in rejects.read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sftp://user:pa:ss@host/x", "sftp://…@host/x"),
        (
            "https://a.blob.core.windows.net/c/x?sv=1&sig=abc%3D",
            "https://a.blob.core.windows.net/c/x?…",
        ),
        ("got 403 of 'https://h/x?sig=abc', sorry", "got 403 of 'https://h/x?…', sorry"),
        ("abfs://container@account.dfs.core.windows.net/x", None),
        ("s3://bucket/day=?/x", None),
        ("memory://x?sig=abc", "memory://x?sig=…"),
        ("plain/path?sigma=1", None),
    ],
)
def test_no_secret_is_shown(text: str, said: str | None) -> None:
    assert shown(text) == (said or text)


@pytest.mark.parametrize(
    ("source", "target", "cluster", "expected"),
    [
        ("file.csv", "out.csv", "", False),
        ("a[1].csv", "out.csv", "", False),
        ("gone.csv", "out.csv", "", False),
        ("file.csv", "out.csv", "local:2", True),
        ("*.csv", "out", "", True),
        ("folder", "out", "", True),
        ("gone/", "out", "", True),
        ("s3://bucket/x.csv", "out.csv", "", True),
        ("file.csv", "abfs://x@y.z/out", "", True),
    ],
)
def test_what_is_many_files_is_told_from_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    target: str,
    cluster: str,
    expected: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "a[1].csv").touch()
    assert many(source, target, cluster) == expected


PLAIN = st.text("abc=% #ß.-", min_size=1, max_size=4).filter(lambda text: text not in (".", ".."))
MAGIC = st.builds("{}{}{}".format, PLAIN, st.sampled_from(["*", "?", "[ab]", "**"]), PLAIN)


@given(
    st.lists(PLAIN, max_size=3),
    st.lists(st.one_of(PLAIN, MAGIC), max_size=2),
    st.sampled_from(["/", "s3://", "abfs://c@a.b/", ""]),
)
def test_a_patterns_root_is_its_longest_folder_without_one(
    fixed: list[str], after: list[str], start: str
) -> None:
    path = start + "/".join([*fixed, "x*", *after, "y.csv"])
    wanted = (start + "/".join(fixed)).rstrip("/") or ("/" if start == "/" else "")
    if start.endswith("://") and not fixed:
        wanted = start.rstrip("/")
    assert root_of(path).rstrip("/") == wanted.rstrip("/")
    assert not re.search(r"[*]", root_of(path))


@given(PLAIN, st.sampled_from([".csv", ".Parquet", ".JSONL"]))
def test_a_suffix_is_the_names_last(name: str, suffix: str) -> None:
    assert suffix_of(f"a.b/{name}x{suffix}") == suffix.lower()
    assert suffix_of(f"https://h/x{suffix}?sig=a.b") == suffix.lower()
    assert suffix_of("a.csv/README") == ""
