"""A run of scoring ends whole, or leaves all as it was."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.errors import ProjectError
from model_runtime.scoring.run import score
from model_runtime.scoring.stream import INPUTS

from ..support.sample import PREFIX
from ..support.scored_files import GOOD, HEADER, QUIET, as_file, read, scored, table, written

TASKS = ("classification", "regression")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        ("\n\n", "no header"),
        ("\n1\n", "lacks the columns age, copy"),
        ("age:copy\n1:2\n", "lacks the columns age, copy"),
        ("age,Größe\n1,M\n", "lacks the columns copy"),
        ("age,copy,age\n1,true,2\n", "two columns named age"),
    ],
)
def test_a_header_that_does_not_fit_is_one_sentence(
    shop: Bundle, tmp_path: Path, content: str, reason: str
) -> None:
    source = tmp_path / "in.csv"
    source.write_text(content)
    with pytest.raises(ProjectError, match=reason):
        scored(shop, source)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_file_without_records_gives_a_file_without_records(shop: Bundle, tmp_path: Path) -> None:
    for suffix in (".csv", ".parquet"):
        report, output = scored(shop, written(tmp_path / "in.csv", HEADER), suffix)
        assert (report.read, read(output).height) == (0, 0)
        assert read(output).columns[0] == "customer"


def test_a_run_that_scores_nothing_fails_and_says_why(shop: Bundle, tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", HEADER, "1,2,old,true,M", "2,2,old,true,M")
    (tmp_path / "scored.csv").write_text("yesterday's")
    with pytest.raises(ProjectError, match=r"None of the 2 records .*scored\.rejects\.csv says"):
        scored(shop, source)
    assert (tmp_path / "scored.csv").read_text() == "yesterday's"
    assert (tmp_path / "scored.rejects.csv").read_text().count("must be a number") == 2


def test_paths_that_can_not_be_are_refused(shop: Bundle, tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", HEADER, GOOD)
    (tmp_path / "link.csv").symlink_to(source)
    (tmp_path / "folder.csv").mkdir()
    written(tmp_path / "x.rejects.csv", HEADER, GOOD)
    broken = written(tmp_path / "broken.parquet", "PAR1 and no more")
    for given, target, reason in [
        (source, tmp_path / "out.xlsx", "end with one of .csv"),
        (tmp_path / "in.xls", tmp_path / "out.csv", "end with one of .csv"),
        (tmp_path / "none.csv", tmp_path / "out.csv", "not here"),
        (tmp_path / "folder.csv", tmp_path / "out.csv", "no file"),
        (source, tmp_path / "folder.csv", "is a folder"),
        (source, source, "is the input itself"),
        (source, tmp_path / "link.csv", "is the input itself"),
        (tmp_path / "x.rejects.csv", tmp_path / "x.csv", "is the input itself"),
        (broken, tmp_path / "out.csv", "no whole Parquet file"),
    ]:
        with pytest.raises(ProjectError, match=reason):
            score(shop, given, target, QUIET)
    assert source.read_text().endswith(f"{GOOD}\n")
    assert not list(tmp_path.glob(".*"))


def test_names_that_clash_are_told_apart_or_refused(shop: Bundle, tmp_path: Path) -> None:
    def named(name: str) -> Bundle:
        schema = shop.schema.model_copy(update={"id": name})
        return Bundle(schema, shop.metadata, shop.model)

    source = written(tmp_path / "in.csv", HEADER.replace("customer", "record"), GOOD)
    _, output = scored(named("record"), source)
    assert read(output).columns[:2] == ["record", "record_"]
    with pytest.raises(ProjectError, match="'buys' is the ID's name"):
        scored(named("buys"), source)


def test_a_damaged_parquet_file_stops_the_run_and_changes_nothing(
    shop: Bundle, tmp_path: Path
) -> None:
    source = as_file(table(100_000), tmp_path / "in.parquet")
    content = bytearray(source.read_bytes())
    content[len(content) // 3 : len(content) // 2] = b"\x00" * (
        len(content) // 2 - len(content) // 3
    )
    source.write_bytes(content)
    written(tmp_path / "scored.csv", "before")
    with pytest.raises(ProjectError, match=r"damaged|can't be"):
        scored(shop, source)
    assert (tmp_path / "scored.csv").read_text() == "before\n"
    assert not list(tmp_path.glob(".*"))


def start(folder: Path, bundle: Path, before: str = "") -> subprocess.Popen[str]:
    code = f"{before}\nfrom model_runtime.cli import app\napp()"
    arguments = ["score", str(folder / "in.csv"), str(folder / "scored.csv")]
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {f"{PREFIX}PATHS__BUNDLE": str(bundle)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def own_file(bundle: Bundle, path: Path, rows: int) -> None:
    """Write the project's own example many times over."""
    example = {name: [value] for name, value in bundle.schema.example.items()}
    frame = pl.DataFrame(example)
    once = frame.write_csv(include_header=False).encode()
    path.write_bytes(frame.clear().write_csv().encode() + once * rows)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_all_as_it_was(
    bundle: Bundle, trained: Path, tmp_path: Path, number: int
) -> None:
    own_file(bundle, tmp_path / "in.csv", 3_000_000)
    written(tmp_path / "scored.csv", "before")
    process = start(tmp_path, trained / "model_bin")
    part = tmp_path / ".scored.csv.part"
    end = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size) and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(number)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (128 + number, "Interrupted.\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "scored.csv"]
    assert (tmp_path / "scored.csv").read_text() == "before\n"


def test_a_full_disk_is_a_sentence_and_leaves_all_as_it_was(
    bundle: Bundle, trained: Path, tmp_path: Path
) -> None:
    own_file(bundle, tmp_path / "in.csv", 20_000)
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    process = start(tmp_path, trained / "model_bin", limit)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "File too large" in error and "Traceback" not in error
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_what_a_killed_run_left_is_replaced_and_a_second_one_waits(
    shop: Bundle, tmp_path: Path
) -> None:
    from model_runtime.files import part_of

    source = written(tmp_path / "in.csv", HEADER, GOOD)
    written(tmp_path / ".scored.csv.part", "left by a crash")
    with part_of(tmp_path / "scored.csv"), pytest.raises(ProjectError, match="Another run"):
        scored(shop, source)
    _, output = scored(shop, source)
    assert read(output).height == 1
    assert not list(tmp_path.glob(".*"))


def test_an_old_file_of_rejects_does_not_outlive_a_run_without(
    shop: Bundle, tmp_path: Path
) -> None:
    report, _ = scored(shop, written(tmp_path / "in.csv", HEADER, "c,1", GOOD))
    assert report.rejects.exists()
    report, _ = scored(shop, written(tmp_path / "in.csv", HEADER, GOOD))
    assert not report.rejects.exists()


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_blocks_are_bounded_by_their_bytes(shop: Bundle, tmp_path: Path, suffix: str) -> None:
    wide = table(10_000).with_columns(customer=pl.lit("x" * 2_000))
    source = as_file(wide, tmp_path / f"in{suffix}")
    with source.open("rb") as file:
        blocks = INPUTS[suffix](source, file, shop.schema).blocks()
        heights = [block.features.height for block in blocks]
    assert sum(heights) == len(wide)
    assert max(heights) < len(wide) / 2
