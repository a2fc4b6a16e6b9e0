"""A run over many files that ends early, or finds another's work, is gone on with or refused."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.errors import ProjectError

from ..support.many_files import day_files, outputs, score_all, written_bundle
from ..support.scored_files import as_file, read, table


@pytest.fixture(scope="module")
def model(shop: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written_bundle(shop, tmp_path_factory.mktemp("model") / "model_bin")


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
        ("theirs/*", "out", "names 1 file, which does not end"),
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
