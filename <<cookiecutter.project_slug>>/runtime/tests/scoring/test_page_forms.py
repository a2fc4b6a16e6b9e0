"""The web page reads a CSV as `make score` does."""

import base64
import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

import model_runtime
from model_runtime.features import Feature
from model_runtime.features.missing import WORDS, words_for_missing
from model_runtime.tables.form import AskedForm, Columns, form_of

CSV = Path(model_runtime.__file__).parent / "serving/page_files/client/csv.js"
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
SCRIPT = """
import { readFileSync } from "node:fs";
const { hasComma, plain, decoded } = await import("data:text/javascript;base64," + process.argv[1]);
const given = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify({
  commas: given.cells.map((each) => hasComma(each, ";")),
  missing: given.features.map((each) => given.words.filter((word) => !plain(each, word, false))),
  texts: given.texts.map((each) => decoded(new Uint8Array(each))),
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


@pytest.mark.skipif(not shutil.which("node"), reason="there is no node here")
def test_the_page_finds_what_scoring_finds() -> None:
    draw = random.Random(0)
    cells = [draw.sample(NUMBERS, draw.randint(0, 3)) for _ in range(200)]
    given = {
        "cells": cells,
        "features": [{**kind, "optional": True} for kind in KINDS],
        "words": sorted(WORDS),
        "texts": [list("Größe".encode(encoding)) for encoding in ENCODINGS],
    }
    source = base64.b64encode(CSV.read_bytes()).decode()
    run = subprocess.run(
        ["node", "--input-type=module", "-e", SCRIPT, source],
        input=json.dumps(given),
        capture_output=True,
        check=True,
        text=True,
    )
    found = json.loads(run.stdout)
    assert found["commas"] == [decimal(each) == "," for each in cells]
    assert found["missing"] == [sorted(words_for_missing(each)) for each in FEATURES]
    assert [each.removeprefix("\ufeff") for each in found["texts"]] == ["Größe"] * len(ENCODINGS)


def decimal(cells: list[str]) -> str:
    table = "\n".join(["x;y", *(f"{cell};" for cell in cells)]).encode()
    return form_of(table, AskedForm(), Columns(frozenset("xy"), frozenset("x"))).decimal
