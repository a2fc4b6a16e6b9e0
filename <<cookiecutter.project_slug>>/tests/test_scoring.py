"""A file is scored whole: each record has an answer, or a reason why it has none."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError
from rich.console import Console

from << cookiecutter.package_name >>.bundle.engines import Columns, Outputs, Unanswerable
from << cookiecutter.package_name >>.bundle.read import Bundle, read_bundle
from << cookiecutter.package_name >>.bundle.rows import columns_from
from << cookiecutter.package_name >>.bundle.schema import Schema
from << cookiecutter.package_name >>.errors import ProjectError
from << cookiecutter.package_name >>.scoring import answers, lines
from << cookiecutter.package_name >>.scoring.answers import Answers
from << cookiecutter.package_name >>.scoring.check import Check
from << cookiecutter.package_name >>.scoring.read_csv import CsvInput
from << cookiecutter.package_name >>.scoring.rows import value_of
from << cookiecutter.package_name >>.scoring.run import Report, score
from << cookiecutter.package_name >>.serving.models import request_model
from << cookiecutter.package_name >>.settings import PREFIX
from << cookiecutter.package_name >>.training.run import train

from .conftest import settings_in
from .service import ROOT
from .small_cases import case, customers

HEADER = "customer,income per.year,age,copy,Größe"
GOOD = "c1,1000.5,40,true,M"
QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A bundle of the small use case: all types, an optional number and label, an ID."""
    folder = tmp_path_factory.mktemp("shop")
    settings = settings_in(folder)
    training = settings.training.model_copy(update={"folds": 0})
    train(case(), settings.model_copy(update={"training": training}), QUIET)
    return read_bundle(folder / "model_bin")


def written(path: Path, *rows: str | bytes, end: bytes = b"\n") -> Path:
    encoded = [row if isinstance(row, bytes) else row.encode() for row in rows]
    path.write_bytes(b"".join(row + end for row in encoded))
    return path


def scored(bundle: Bundle, source: Path, suffix: str = ".csv") -> tuple[Report, Path]:
    target = source.with_name(f"scored{suffix}")
    return score(bundle, source, target, QUIET), target


def rejects(report: Report) -> list[dict[str, str]]:
    with report.rejects.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def places(report: Report) -> list[tuple[str, str, str]]:
    return [(found["line"], found["field"], found["reason"]) for found in rejects(report)]


def read(path: Path) -> pl.DataFrame:
    readers: dict[str, Callable[..., pl.DataFrame]] = {
        ".csv": pl.read_csv,
        ".parquet": pl.read_parquet,
        ".jsonl": pl.read_ndjson,
    }
    return readers[path.suffix](path)


def expected(bundle: Bundle, rows: list[list[Any]]) -> Outputs:
    outputs = bundle.engine().run(columns_from(bundle.schema.features, rows))
    return outputs.astype(float).clip(0, 1)


def table(n: int = 500) -> pl.DataFrame:
    frame = pl.from_pandas(customers(n).drop(columns="bought"))
    return frame.with_columns(pl.col("income per.year").fill_nan(None))


def as_file(frame: pl.DataFrame, path: Path) -> Path:
    write: dict[str, Callable[[Path], object]] = {
        ".csv": frame.write_csv,
        ".parquet": frame.write_parquet,
        ".jsonl": frame.write_ndjson,
    }
    write[path.suffix](path)
    return path


@pytest.mark.parametrize("source", [".csv", ".parquet", ".jsonl"])
@pytest.mark.parametrize("target", [".csv", ".parquet", ".jsonl"])
def test_each_format_gives_the_services_answers(
    shop: Bundle, tmp_path: Path, source: str, target: str
) -> None:
    frame = table()
    report, output = scored(shop, as_file(frame, tmp_path / f"in{source}"), target)
    assert (report.read, report.scored, report.rejected) == (500, 500, 0)
    assert not report.rejects.exists()
    found = read(output)
    wanted = ["customer", "record", "class_name", "stays", "buys", "model_version"]
    assert found.columns == wanted
    assert found["customer"].cast(int).to_list() == frame["customer"].to_list()
    assert found["record"].to_list() == list(range(1, 501))
    rows = frame.select(feature.name for feature in shop.schema.features).rows()
    outputs = expected(shop, [list(row) for row in rows])
    assert found.select("stays", "buys").to_numpy().tolist() == outputs.tolist()
    classes = ["yes" if buys > stays + 1e-6 else "no" for stays, buys in outputs]
    assert found["class_name"].to_list() == classes
    assert found["model_version"].unique().to_list() == [shop.metadata.version]


def test_the_projects_own_example_is_scored(bundle: Bundle, tmp_path: Path) -> None:
    source = written(tmp_path / "in.jsonl", json.dumps(bundle.schema.example))
    report, output = scored(bundle, source, ".jsonl")
    assert report.scored == 1, rejects(report)
    row = json.loads(output.read_text())
    (outputs,) = bundle.engine().run(
        columns_from(bundle.schema.features, [list(bundle.schema.example.values())])
    )
    names = bundle.schema.flags or ["prediction"]
    assert [row[name] for name in names] == pytest.approx(outputs.tolist())


def test_a_bad_line_is_rejected_by_its_number_and_no_other(shop: Bundle, tmp_path: Path) -> None:
    source = written(
        tmp_path / "in.csv",
        f"\ufeff{HEADER},a note",
        f'{GOOD},"two\nlines, ""quoted"""',
        f"{GOOD},",
        "",
        "c2,1,40",
        f"{GOOD},x,y",
        f'{GOOD},5" pipe',
        f"{GOOD},",
        f'{GOOD},"never closed',
        b"c3,1,40,true,\xff,",
        b"c4,1,40,true,M,\xff is in a column that is not used",
        "c5,-1,40.5,maybe,XL,",
        f"{GOOD},last",
    )
    report, output = scored(shop, source)
    stray = "has a quote or a carriage return where CSV allows none, or a quote that is not closed"
    assert places(report) == [
        ("6", "", "has 3 fields, and the header has 6 fields"),
        ("7", "", "has 7 fields, and the header has 6 fields"),
        ("8", "", stray),
        ("10", "", stray),
        ("11", "Größe", "is not UTF-8"),
        ("13", "income per.year", "must be at least 0"),
        ("13", "age", "must be a whole number"),
        ("13", "copy", "must be true or false"),
        ("13", "Größe", "is not a label of this field"),
    ]
    assert rejects(report)[-1]["allowed"].split(", ")[0] == "L"
    assert (report.read, report.scored, report.rejected) == (11, 5, 6)
    assert read(output)["record"].to_list() == [1, 2, 6, 9, 11]
    assert report.ignored == ["a note"]


def test_what_only_the_apis_own_type_accepts_is_scored_in_its_place(
    shop: Bundle, tmp_path: Path
) -> None:
    rows = ["a,1,40,true,M", "b,,41,tRuE,", "c,2,x,tRuE,", "d,,42,fAlSe,M", "e,,43,TRUE,L"]
    report, output = scored(shop, written(tmp_path / "in.csv", HEADER, *rows))
    assert places(report) == [("4", "age", "must be a number")]
    assert read(output)["customer"].to_list() == ["a", "b", "d", "e"]
    wanted: list[list[Any]] = [[1.0, 40, True, "M"], [None, 41, True, None]]
    wanted += [[None, 42, False, "M"], [None, 43, True, "L"]]
    outputs = expected(shop, wanted)
    assert read(output).select("stays", "buys").to_numpy().tolist() == outputs.tolist()


@pytest.mark.parametrize("block", [64, 100, 1000])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lines_are_true_wherever_a_block_ends(
    shop: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, end: bytes
) -> None:
    monkeypatch.setattr(lines, "BLOCK", block)
    rows: list[str] = []
    bad, line = [], 2
    for k in range(200):
        if k % 7 == 0:
            bad.append(line)
        age = 400 if k % 7 == 0 else 40
        text = ["plain", "two\nlines", 'a ""pair""', "", "\n\n"][k % 5]
        rows.append(f'"{k}",1,{age},true,M,"{text}"')
        line += 1 + text.count("\n")
        if k % 11 == 0:
            rows.append("")
            line += 1
    report, output = scored(shop, written(tmp_path / "in.csv", f"{HEADER},note", *rows, end=end))
    assert [int(found["line"]) for found in rejects(report)] == bad
    assert (report.read, report.scored) == (200, 200 - len(bad))
    assert read(output)["customer"].to_list() == [k for k in range(200) if k % 7]


def test_a_quote_that_is_never_closed_costs_one_line(
    shop: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "BLOCK", 10_000)
    monkeypatch.setattr("<< cookiecutter.package_name >>.scoring.csv_records.LONGEST", 1_000)
    rows = [f'c0,1,40,true,"M{"x" * k}' for k in (0, 2_000)] + [GOOD] * 5_000
    report, _ = scored(shop, written(tmp_path / "in.csv", HEADER, *rows))
    assert [found["line"] for found in rejects(report)] == ["2", "3"]
    assert report.scored == 5_000


def test_bad_json_lines_are_rejected_in_the_apis_words(shop: Bundle, tmp_path: Path) -> None:
    good = {"customer": 7, "age": 40.0, "copy": False, "Größe": None, "extra": 1}
    source = written(
        tmp_path / "in.jsonl",
        json.dumps(good),
        "{",
        "",
        "[1]",
        json.dumps(good | {"age": "40", "copy": 1}),
        b'{"customer": "\xff"}',
        json.dumps({"age": 40}),
        json.dumps(good).replace("40.0", "1e400"),
        json.dumps(good)[:-1] + "} {}",
        json.dumps(good),
    )
    report, output = scored(shop, source, ".jsonl")
    found = places(report)
    assert [line for line, _, _ in found] == ["2", "4", "5", "5", "6", "7", "8", "9"]
    assert found[1] == ("4", "", "must be an object of named fields")
    assert found[2:4] == [
        ("5", "age", "must be a number"),
        ("5", "copy", "must be true or false"),
    ]
    assert found[5:7] == [("7", "copy", "is required"), ("8", "age", "must be a finite number")]
    assert (report.read, report.scored, report.ignored) == (9, 2, ["extra"])
    assert read(output)["record"].to_list() == [1, 9]


TEXTS = [
    *("", "nan", "NaN", "inf", "-Infinity", "1e400", " 3 ", "3 ", "3.0", "3.", ".5", "+3", "-0"),
    *("3.5", "1e1", "120", "121", "-1", "9" * 30, "9" * 400, "1_0", "0x10", "1,5", "٣", "1e", "e"),
    *("true", "TRUE", "True", "tRuE", "false", "0", "1", "yes", "M", "m", " M", "XL", "null"),
    *("x" * 10_000, "x" * 10_001, "ä" * 10_000, "\n", '"', "a,b", "\x00"),
]
VALUES: list[pl.Series] = [
    pl.Series([None, 0, 3, 120, 121, -1, 2**62]),
    pl.Series([None, 0.0, 3.0, 3.5, float("nan"), float("inf"), -1e300, 1e300]),
    pl.Series([0.1, 40, None], dtype=pl.Float32),
    pl.Series([None, True, False]),
    pl.Series([None, "", "M", "m", "3", "true", "x" * 10_000, "x" * 10_001]),
    pl.Series(["M", None, "nope"], dtype=pl.Categorical),
    pl.Series(["1.50", "40", None]).cast(pl.Decimal(10, 2)),
    pl.Series(["2030-01-01", None]).cast(pl.Date),
    pl.Series([None, None]),
    pl.Series([["M"], None]),
]


def verdict(schema: Schema, row: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the API's own type makes of a row, or nothing if it refuses it."""
    known = {feature.name for feature in schema.features} | {schema.id}
    sent = {name: value for name, value in row.items() if name in known and value is not None}
    try:
        return request_model(schema).model_validate(sent).__dict__
    except ValidationError:
        return None


def assert_same_verdict(
    schema: Schema, frame: pl.DataFrame, texts: bool, sent: Callable[[str, Any], Any]
) -> None:
    check = Check(schema)
    typed = check.typed(frame, texts)
    good = check.good(frame, typed)
    accepted = 0
    for k, row in enumerate(frame.rows(named=True)):
        wanted = verdict(schema, {name: sent(name, value) for name, value in row.items()})
        # A value that passes only the slow way is all right, but not one that may not pass.
        if good[k]:
            assert wanted is not None, row
            for name, value in typed.row(k, named=True).items():
                assert value == wanted[name], row
        accepted += bool(good[k])
    assert 0 < accepted < frame.height


def test_a_cell_is_judged_as_the_api_judges_its_value(shop: Bundle) -> None:
    names = [*(feature.name for feature in shop.schema.features), "customer"]
    good: dict[str, str | None] = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    rows = [good | {name: text or None} for name in names for text in TEXTS]
    random = np.random.default_rng(0)
    rows += [{name: str(random.choice(TEXTS[:40])) or None for name in names} for _ in range(500)]
    features = {feature.name: feature for feature in shop.schema.features}

    def sent(name: str, text: str | None) -> Any:
        return text if text is None or name not in features else value_of(features[name], text)

    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    assert_same_verdict(shop.schema, frame, True, sent)


@pytest.mark.parametrize("name", HEADER.split(","))
@pytest.mark.parametrize("kind", range(len(VALUES)))
def test_a_column_of_any_type_is_judged_as_the_api_judges_it(
    shop: Bundle, tmp_path: Path, name: str, kind: int
) -> None:
    values = VALUES[kind]
    frame = table(len(values)).with_columns(age=pl.lit(40), copy=True).fill_null(strategy="zero")
    frame = frame.with_columns(pl.lit("M").alias("Größe")).with_columns(values.alias(name))
    report, output = scored(shop, as_file(frame, tmp_path / "in.parquet"), ".parquet")
    wanted = [
        k + 1 for k, row in enumerate(frame.rows(named=True)) if verdict(shop.schema, plain(row))
    ]
    assert read(output)["record"].to_list() == wanted
    assert report.read == len(values) == report.scored + report.rejected


def plain(row: dict[str, Any]) -> dict[str, Any]:
    decimals = {name for name, value in row.items() if type(value).__name__ == "Decimal"}
    return {name: float(value) if name in decimals else value for name, value in row.items()}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "no header"),
        ("\n1\n", "no header"),
        ("age;copy\n1;2\n", "lacks the columns age, copy"),
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


def test_paths_that_can_not_be_are_refused(shop: Bundle, tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", HEADER, GOOD)
    (tmp_path / "link.csv").symlink_to(source)
    (tmp_path / "folder.csv").mkdir()
    written(tmp_path / "x.rejects.csv", HEADER, GOOD)
    broken = written(tmp_path / "broken.parquet", "PAR1 and no more")
    for given, target, reason in [
        (source, tmp_path / "out.xlsx", "end with one of .csv"),
        (tmp_path / "in.txt", tmp_path / "out.csv", "end with one of .csv"),
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


class Refusing:
    """An engine that has no answer for ages of 13."""

    inline_rows = 0

    def run(self, columns: Columns) -> Outputs:
        if (columns["age"] == 13).any():
            raise Unanswerable("unlucky")
        return np.hstack([columns["age"] / 1000, 1 - columns["age"] / 1000])


@pytest.mark.parametrize("different", [3, 10_000])
def test_only_the_rows_without_an_answer_are_refused(
    shop: Bundle, monkeypatch: pytest.MonkeyPatch, different: int
) -> None:
    monkeypatch.setattr(answers, "PIECE", 100)
    check = Check(shop.schema)
    ages = [13.0 if k % 50 == 0 else 20 + k % different / 1e5 for k in range(500)]
    frame = pl.DataFrame({"age": ages, "copy": True})
    with ThreadPoolExecutor(2) as pool:
        found = Answers(Refusing(), shop.schema, pool)(check.typed(frame, False))
    assert sorted(found.refused) == list(range(0, 500, 50))
    wanted = [age / 1000 for age in ages if age != 13]
    assert found.outputs[~np.isnan(found.outputs[:, 0]), 0].tolist() == wanted


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
    code = f"{before}\nfrom << cookiecutter.package_name >>.cli import app\napp()"
    arguments = ["score", str(folder / "in.csv"), str(folder / "scored.csv")]
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
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
    from << cookiecutter.package_name >>.scoring.beside import part_of

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
    report, _ = scored(shop, written(tmp_path / "in.csv", HEADER, "c,1"))
    assert report.rejects.exists()
    report, _ = scored(shop, written(tmp_path / "in.csv", HEADER, GOOD))
    assert not report.rejects.exists()


def test_memory_holds_a_block_and_not_the_file(
    shop: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "BLOCK", 10_000)
    source = written(tmp_path / "in.csv", HEADER, *[GOOD] * 5_000)
    with source.open("rb") as file:
        blocks = CsvInput(source, file, shop.schema).blocks()
        assert max(block.features.height for block in blocks) < 1_000
