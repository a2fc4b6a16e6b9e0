"""A file is scored whole: each record has an answer, or a reason why it has none."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from model_runtime.bundle.engines import Columns, Unanswerable
from model_runtime.bundle.read import Bundle
from model_runtime.bundle.rows import columns_from
from model_runtime.scoring import inputs, predict
from model_runtime.scoring.check import Check
from model_runtime.scoring.predict import BlockPredictor
from model_runtime.tasks import Outputs

from ..support.scored_files import (
    GOOD,
    HEADER,
    as_file,
    expected,
    places,
    read,
    rejects,
    scored,
    table,
    written,
)

TASKS = ("classification", "regression")


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


def test_the_projects_own_example_is_scored(
    bundle: Bundle, trusted: tuple[str, ...], tmp_path: Path
) -> None:
    source = written(tmp_path / "in.jsonl", json.dumps(bundle.schema.example))
    report, output = scored(bundle, source, ".jsonl", trusted)
    assert report.scored == 1, rejects(report)
    row = json.loads(output.read_text())
    (outputs,) = bundle.engine(trusted).run(
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
        ("11", "Größe", inputs.NOT_UTF8),
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
    monkeypatch.setattr(inputs, "BLOCK", block)
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
    monkeypatch.setattr(inputs, "BLOCK", 10_000)
    monkeypatch.setattr("model_runtime.scoring.csv_records.LONGEST", 1_000)
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
        json.dumps(good | {"age": "40", "copy": 2}),
        b'{"customer": "\xff"}',
        json.dumps({"age": 40}),
        json.dumps(good).replace("40.0", "1e400"),
        json.dumps(good)[:-1] + "} {}",
        json.dumps(good).replace("{", '{"age": 41, '),
        json.dumps(good),
    )
    report, output = scored(shop, source, ".jsonl")
    found = places(report)
    assert [line for line, _, _ in found] == ["2", "4", "5", "5", "6", "7", "8", "9", "10"]
    assert found[1] == ("4", "", "must be an object of named fields")
    assert found[2:4] == [
        ("5", "age", "must be a number"),
        ("5", "copy", "must be true or false"),
    ]
    assert found[5:7] == [("7", "copy", "is required"), ("8", "age", "must be a finite number")]
    assert found[-1] == ("10", "age", "stands twice")
    assert (report.read, report.scored, report.ignored) == (10, 2, ["extra"])
    assert read(output)["record"].to_list() == [1, 10]


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
    monkeypatch.setattr(predict, "PIECE", 100)
    check = Check(shop.schema)
    ages = [13.0 if k % 50 == 0 else 20 + k % different / 1e5 for k in range(500)]
    frame = pl.DataFrame({"age": ages, "copy": True})
    with ThreadPoolExecutor(2) as pool:
        found = BlockPredictor(Refusing(), shop.schema, pool)(check.typed(frame, False))
    assert sorted(found.refused) == list(range(0, 500, 50))
    wanted = [age / 1000 for age in ages if age != 13]
    assert found.outputs[~np.isnan(found.outputs[:, 0]), 0].tolist() == wanted
