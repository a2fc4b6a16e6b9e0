"""The web page reads a CSV as `make score` does, and names the classes that the service names."""

import random
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from model_runtime.bundle.schema import Schema
from model_runtime.contract.row import request_model
from model_runtime.errors import ProjectError
from model_runtime.features import Feature
from model_runtime.features.missing import WORDS, words_for_missing
from model_runtime.scoring.check import converted
from model_runtime.scoring.explain import RowReader
from model_runtime.scoring.open_input import columns
from model_runtime.scoring.read_csv import CsvInput
from model_runtime.tables.form import AskedForm, Columns, form_of
from model_runtime.tasks import TIE, class_indices

from ..support.on_node import BROKEN, on_node

NUMBERS = [
    "1,5",
    "1.5",
    "1.234,50",
    "1,234.50",
    "1.234",
    "1,234",
    "1.234.567",
    "7",
    "",
    "NA",
    "-,5",
]
GIVEN = ["cells", "features", "words", "texts", "tables", "shares", "values"]
SCRIPT = """
import { readFileSync } from "node:fs";
import { likeliest } from "./answer.js";
import { hasComma, plain, decoded } from "./csv.js";
import { featuresOf, textOf } from "./features.js";
import { rowsOf } from "./rows.js";
const given = JSON.parse(readFileSync(0, "utf8"));
const features = featuresOf(given.params, given.asked);
function rows(table) {
  try {
    return { rows: rowsOf(table, features).rows };
  } catch (failure) {
    return { message: failure.message, errors: failure.problem.errors ?? [] };
  }
}
console.log(JSON.stringify({
  commas: given.cells.map((each) => hasComma(each, ";")),
  missing: given.features.map((each) => given.words.filter((word) => !plain(each, word, false))),
  texts: given.texts.map((each) => decoded(new Uint8Array(each))),
  tables: given.tables.map(rows),
  classes: given.shares.map(likeliest),
  fields: given.values.map(([kind, value]) => textOf({ kind }, value) ?? null),
}));
"""
FEATURES = [
    Feature(name="x", type="number", optional=True),
    Feature(name="x", type="category", labels=["NA", "b"], optional=True),
    Feature(name="x", type="date", optional=True),
    Feature(name="x", type="text", example="x", optional=True),
]
KINDS: list[dict[str, object]] = [
    {"kind": "number"},
    {"kind": "label", "choices": [["NA", "Not there"], ["b", "b"]]},
    {"kind": "text", "format": "date"},
    {"kind": "text"},
]
ENCODINGS = ["utf-8", "utf-8-sig", "cp1252", "utf-16"]
ASKED = Schema(
    task="regression",
    target="y",
    id="id",
    features=[
        Feature(name=" work", type="category", labels=[" Private", "3", "b"], example="b"),
        Feature(name="size", type="category", labels=["3.0", "3", "4"], optional=True, example="3"),
        Feature(name="x", type="number", optional=True, example=1.5),
        Feature(name="n", type="integer", min=0, max=9, example=1),
        Feature(name="is", type="boolean", optional=True, example=True),
        Feature(name="day", type="date", optional=True, example="2026-11-28"),
        Feature(name="note", type="text", example="a"),
    ],
)
CELLS = {
    " work": ["b", " Private", "Private", "3", "3.0", "b ", '"b"', ""],
    "size": ["3", "3.0", "4.0", "+4", "4.5", "NA", "", " 4"],
    "x": ["1.5", " 2 ", "1e3", "0x10", "NA", "", "-.5", "1_0", "Infinity", "1,5"],
    "n": ["1", "1.0", " 2", "1.5", "12", "", "3e0"],
    "is": ["1", "0.0", "1.0", "True", "tRuE", "false ", "yes", "2", "constructor", "", "null"],
    "day": ["2026-11-28", " 2026-11-28", "28.11.2026", "2026-02-30", "", "nan"],
    "note": ["a", "\ufeffa", " a ", '"a\n""b"""', "", '""', " "],
    "id": ["7", "7.0", " 7", ""],
    "more": ["", "z"],
}
STRUCTURES = ["{0},1", "1", '"open', '{0}"', ' "a"', '"a"b', " ", ",,"]


def test_the_page_finds_what_scoring_finds(tmp_path: Path) -> None:
    draw = random.Random(0)
    cells = [draw.sample(NUMBERS, draw.randint(0, 3)) for _ in range(200)]
    given = {
        "cells": cells,
        "features": [{**kind, "optional": True} for kind in KINDS],
        "words": sorted(WORDS),
        "texts": [list("Größe".encode(encoding)) for encoding in ENCODINGS],
    }
    found = on_the_page(tmp_path, given)
    assert found["commas"] == [decimal(each) == "," for each in cells]
    assert found["missing"] == [sorted(words_for_missing(each)) for each in FEATURES]
    assert [each.removeprefix("\ufeff") for each in found["texts"]] == ["Größe"] * len(ENCODINGS)


def test_a_cell_that_is_no_utf_8_is_named(tmp_path: Path) -> None:
    tables = [" work,n,note\nb,1,Gr{0}\nb,1,a\n", " work,n,note,more\nb,1,a,Gr{0}\n"]
    given = [each.format(sign) for each in tables for sign in (BROKEN, "\ufffd")]
    broken, *others = on_the_page(tmp_path, {"tables": given})["tables"]
    assert broken["errors"] == [{"row": 0, "field": "note", "reason": "is not UTF-8"}]
    assert [len(each["rows"]) for each in others] == [2, 1, 1]


def test_the_page_predicts_the_rows_that_scoring_predicts(tmp_path: Path) -> None:
    draw = random.Random(0)
    tables = [table(draw) for _ in range(200)]
    seen = {"rows": 0, "errors": 0, "message": 0}
    for text, found in zip(
        tables, on_the_page(tmp_path, {"tables": tables})["tables"], strict=True
    ):
        try:
            wanted, misfits = by_scoring(text)
        except ProjectError:
            assert not any(map(as_answered, found.get("rows", []))), text
            seen["message"] += "message" in found
            continue
        if misfits:
            assert found.get("errors") == misfits[:10], text
            seen["errors"] += 1
        elif wanted:
            assert [as_answered(row) for row in found["rows"]] == wanted, text
            seen["rows"] += sum(row is not None for row in wanted)
    assert min(seen.values()) > 15, seen


def test_a_column_is_found_by_its_name_without_blanks_but_by_its_own_first(tmp_path: Path) -> None:
    tables = [" n , work,note\n1,b,a\n", "n, n, work,note\n1,2,b,a\n", " n,n , work\n1,2,b\n"]
    first, own, twice = on_the_page(tmp_path, {"tables": tables})["tables"]
    assert first == own == {"rows": [{" work": "b", "n": 1, "note": "a"}]}
    assert "two columns named n" in twice["message"]


def test_a_tie_goes_to_the_class_that_the_service_names(tmp_path: Path) -> None:
    steps = [0.0, 0.4 * TIE, 0.9 * TIE, 1.5 * TIE, 0.1]
    draw = random.Random(0)
    shares = [[0.3 + draw.choice(steps) for _ in range(4)] for _ in range(200)]
    found = on_the_page(tmp_path, {"shares": shares})["classes"]
    assert found == class_indices(np.array(shares)).tolist()
    assert found != np.argmax(shares, axis=1).tolist()


def test_a_value_of_json_is_put_into_its_field(tmp_path: Path) -> None:
    pairs: list[tuple[str, Any, str | None]] = [
        *(("boolean", 1, "true"), ("boolean", 0.0, "false"), ("boolean", True, "true")),
        *(("boolean", 2, "2"), ("number", 1, "1"), ("label", 3.0, "3"), ("text", None, "")),
        *(("number", [1], None), ("text", {}, None)),
    ]
    found = on_the_page(tmp_path, {"values": [pair[:2] for pair in pairs]})["fields"]
    assert found == [text for *_, text in pairs]


def on_the_page(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Return what the page's own modules make of what is given, in Node.js."""
    asked = request_model(ASKED).model_json_schema()
    params = {feature.name: feature.labels or 0 for feature in ASKED.features}
    given = {**dict.fromkeys(GIVEN, ()), "asked": asked, "params": params, **given}
    found: dict[str, Any] = on_node(folder, SCRIPT, given)
    return found


def decimal(cells: list[str]) -> str:
    table = "\n".join(["x;y", *(f"{cell};" for cell in cells)]).encode()
    return form_of(table, AskedForm(), Columns(frozenset("xy"), frozenset("x"))).decimal


def table(draw: random.Random) -> str:
    """Return a CSV with rows that fit, more seldom with some that don't, or another header."""
    around = draw.choice(["", "", " ", "\t "])
    names = [name for name in CELLS if name in (" work", "n", "note") or draw.random() < 0.7]
    header = names + draw.choices([[], [draw.choice(names)], ["n "]], [8, 1, 1])[0]
    separator = draw.choice(",;\t|")

    def row() -> str:
        known = (CELLS.get(name, ["1"]) for name in header)
        cells = (draw.choice(each if draw.random() < 0.5 else each[:1]) for each in known)
        quoted = (f'"{each}"' if separator in each else each for each in cells)
        return separator.join(quoted)

    rows = [row() for _ in range(draw.randint(1, 4))]
    if draw.random() < 0.3:
        odd = draw.choice(STRUCTURES).format(row()).replace(",", separator)
        rows.insert(draw.randint(0, len(rows)), odd)
    ends = draw.choice(["\n", "\r\n", "\n\n"])
    line = separator.join(f"{around}{name}{around}" for name in header)
    said = draw.choice(["", "", f"sep={separator}\n", f'"SEP={separator}"\r\n'])
    return said + ends.join([line, *rows]) + draw.choice(["", ends])


Row = tuple[float | str | None, ...]


def by_scoring(text: str) -> tuple[list[Row | None], list[dict[str, Any]]]:
    """Return each row as the model gets it, nothing where it is rejected, and the misfits."""
    form = form_of(text.encode(), AskedForm(), columns(ASKED, ()))
    scored = CsvInput("rows.csv", BytesIO(text.encode()), ASKED, form=form)
    found: dict[int, Row] = {}
    misfits = []
    for block in scored.blocks():
        found |= dict(zip(block.records.tolist(), block.features.rows(), strict=True))
        misfits += [
            {
                "row": reject.record - 1,
                "reason": reject.reason.replace(" or a carriage return", ""),
            }
            for reject in block.rejects
            if reject.field is None
        ]
    return [found.get(number + 1) for number in range(scored.read)], misfits


READER = RowReader(ASKED)


def as_answered(row: dict[str, Any]) -> Row | None:
    """Return a request's row as the model gets it; nothing where the service refuses it."""
    read = READER.read(row)
    if not read:
        return None
    rules = {feature.name: feature.rule for feature in ASKED.features}
    values = (converted(rule, read[name]) for name, rule in rules.items())
    pairs = zip(values, rules.values(), strict=True)
    return tuple("" if value is None and not rule.numeric else value for value, rule in pairs)
