"""A header of CSV names the same columns to all that read it, whoever wrote it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from model_runtime.bundle.schema import Schema
from model_runtime.drafting.draft import draft_features
from model_runtime.drafting.run import read_unknown
from model_runtime.errors import ProjectError
from model_runtime.features import Feature, Features
from model_runtime.monitoring.outcomes import Outcomes
from model_runtime.scoring.open_input import open_input
from model_runtime.tables.form import AskedForm, called, find_form
from model_runtime.tables.read import read_by

NAMES = ["id", "x", "Größe", "y"]
ASKED = [
    Feature(name="x", type="number", example=1),
    Feature(name="Größe", type="category", labels=["M", "001"], example="M"),
]
SCHEMA = Schema(task="regression", target="y", id="id", features=ASKED)
FEATURES = Features(target="y", task="regression", id="id", features=ASKED)
NONE = AskedForm()


def scored(file: Path, asked: AskedForm = NONE) -> object:
    with (
        file.open("rb") as raw,
        open_input(file, file.suffix, raw, SCHEMA, asked, ("y",)) as records,
    ):
        found = [
            (block.features.rows(), pl.Series(block.ids).to_list(), block.beside["y"])
            for block in records.blocks()
            if len(block.features)
        ]
        return found, records.ignored


def trained(file: Path, asked: AskedForm = NONE) -> object:
    return read_by(FEATURES, file, find_form(file, asked)).to_dict("list")


def drafted(file: Path, asked: AskedForm = NONE) -> object:
    return read_unknown(file, find_form(file, asked)).to_dict("list")


def joined(file: Path, asked: AskedForm = NONE) -> object:
    return [*Outcomes(file, "id", "y", form=asked).pairs()]


READERS = [scored, trained, drafted, joined]


def content(around: str = "", first: str = "", end: str = "\n", sign: str = ";") -> str:
    rows = [f"{k}{sign}{k},5{sign}M{sign}{k}" for k in range(9)]
    header = sign.join(f"{around}{name}{around}" for name in NAMES)
    return first + end.join([header, *rows, ""])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("encoding", "end"), [("utf-8-sig", "\n"), ("utf-16", "\r\n")])
def test_blanks_and_a_line_for_excel_change_nothing(
    tmp_path: Path, reader: Callable[..., Any], encoding: str, end: str
) -> None:
    file = tmp_path / "in.csv"
    file.write_text(content(), "utf-8", newline="")
    wanted = reader(file)
    for around in ("", " ", " \t"):
        for first in ("", f"sep=;{end}", f'"sep=;"{end}', f"SEP=;{end}{end}"):
            file.write_text(content(around, first, end), encoding, newline="")
            assert reader(file) == wanted, (around, first)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("sign", ["|", "\t", "~", "^"])
def test_the_line_says_any_separator_unless_another_is_asked_for(
    tmp_path: Path, reader: Callable[..., Any], sign: str
) -> None:
    file = tmp_path / "in.csv"
    file.write_text(content(), "utf-8")
    wanted = reader(file)
    file.write_text(content(first=f"sep={sign}\n", sign=sign), "utf-8")
    assert reader(file) == wanted
    file.write_text(content(first=f"sep={sign}\n"), "utf-8")
    assert reader(file, AskedForm("", ";")) == wanted


def test_lines_are_counted_as_they_stand_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text("sep=;\n\nx;Größe\n1;M\nten;M\n", "utf-8")
    with file.open("rb") as raw, open_input(file, ".csv", raw, SCHEMA, NONE) as records:
        block, _ = records.blocks()
    assert block.lines is not None
    assert (block.lines.tolist(), [each.line for each in block.rejects]) == ([4], [5])


@pytest.mark.parametrize(
    ("header", "known", "names"),
    [
        ([" n ", "\tm"], {"n", "m"}, ["n", "m"]),
        ([" n", "n"], {"n"}, [" n", "n"]),
        ([" n", "n "], {"n"}, ["n", "n"]),
        ([" n"], {" n"}, [" n"]),
        ([" n"], {" n", "n"}, [" n"]),
        ([" other ", "\u00a0n"], {"n"}, [" other ", "\u00a0n"]),
    ],
)
def test_a_name_that_a_column_has_as_it_is_comes_first(
    header: list[str], known: set[str], names: list[str]
) -> None:
    assert called(header, known) == names


@pytest.mark.parametrize("reader", [scored, trained])
def test_one_name_with_blanks_here_and_there_stands_twice(
    tmp_path: Path, reader: Callable[..., Any]
) -> None:
    file = tmp_path / "in.csv"
    file.write_text(" x;x ;Größe;y;id\n1;1;M;1;1\n", "utf-8")
    with pytest.raises(ProjectError, match=r"two columns.*named '?x'?; re"):
        reader(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r"])
def test_outcomes_are_lines_of_json_in_any_form(tmp_path: Path, encoding: str, end: str) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(f'{{"id": 1, "y": 2}}{end}{{"id": 2, "y": 3}}{end}', encoding, newline="")
    asked = AskedForm("utf-16" if encoding == "utf-16" else "")
    outcomes = Outcomes(file, "id", "y", form=asked)
    assert ([*outcomes.pairs()], outcomes.unreadable) == ([("1", 2), ("2", 3)], 0)


LONG = "e" * 140_000


@pytest.mark.parametrize("reader", [scored, trained, drafted])
def test_a_long_field_ends_no_look_at_a_file(tmp_path: Path, reader: Callable[..., Any]) -> None:
    file = tmp_path / "in.csv"
    found = []
    for note in ("e", LONG):
        rows = f"0;0;M;0;{note}\n1;1;M;1;e\n2;2,5;001;3;e\n"
        file.write_text(f"id;x;Größe;y;note\n{rows}", "utf-8")
        found.append(str(reader(file)).replace(LONG, "e"))
    assert found[0] == found[1]
    assert "2.5" in found[0]


def test_a_name_that_is_too_long_to_be_one_is_told(tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text(f'id;x;Größe;y;"{LONG}"\n1;1;M;1;1\n2;2;M;2;2\n', "utf-8")
    with pytest.raises(ProjectError, match="a name in the header has more than 131,072 characters"):
        scored(file)
    assert (
        "a name has 1 to 200 characters"
        in draft_features(read_unknown(file, find_form(file)), "in.csv", "y").text
    )
