"""CSV of any form is scored as its twin with commas, decimal points and UTF-8 is."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model_runtime.bundle.read import Bundle
from model_runtime.drafting.run import read_unknown
from model_runtime.errors import ProjectError
from model_runtime.features import Feature, Features
from model_runtime.scoring.run import score
from model_runtime.tables.form import AskedForm, CsvForm, find_form
from model_runtime.tables.read import read_by

from ..support.many_files import outputs, score_all, written_bundle
from ..support.scored_files import GOOD, HEADER, QUIET, places, read, rejects, scored, written

NAMES = [*HEADER.split(","), "note"]
NUMBERS = st.one_of(
    st.floats(-1e6, 1e6).map(str), st.integers(-5, 2000).map(str), st.sampled_from(["", "1e3", "x"])
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["c1", "", "7"]),
        NUMBERS,
        st.sampled_from(["40", "41", "40.0", "400"]),
        st.sampled_from(["true", "False", "TRUE"]),
        st.sampled_from(["S", "M", "L", "", "Ö"]),
        st.text('ab ,;\t|"\né.1', max_size=6),
    ),
    max_size=8,
)
FORMS = st.tuples(
    st.sampled_from(",;\t|"),
    st.sampled_from(".,"),
    st.sampled_from(
        ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"]
    ),
    st.sampled_from(["", " ", "   "]),
    st.sampled_from(["\n", "\r\n", "\r"]),
).filter(lambda form: form[:2] != (",", ","))
SIZE = Feature(name="Größe", type="category", labels=["S", "M", "L"])
FIRST = ("c0", "1000.5", "40", "true", "M", "é")


Form = tuple[str, str, str, str, str]
TWIN: Form = (",", ".", "utf-8", "", "\n")


def as_csv(
    rows: Sequence[tuple[str, ...]],
    separator: str,
    decimal: str,
    encoding: str,
    around: str,
    end: str,
) -> bytes:
    """Return rows in a form, with blanks around what is no text, and an end of lines."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow(NAMES)
    for row in rows:
        numbers = (each.replace(".", decimal) for each in row[1:3])
        padded = (f"{around}{each}{around}" for each in (*numbers, row[3]))
        writer.writerow([row[0], *padded, *row[4:]])
    return text.getvalue().replace("\r\n", end).encode(encoding)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(ROWS, FORMS)
def test_each_form_is_scored_as_its_twin(
    shop: Bundle,
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, ...]],
    form: Form,
) -> None:
    folder = tmp_path_factory.mktemp("forms")
    rows = [FIRST, *rows]
    found = []
    for name, written_in in (("twin", TWIN), ("in", form)):
        source = folder / f"{name}.csv"
        source.write_bytes(as_csv(rows, *written_in))
        report, output = scored(shop, source)
        reasons = places(report) if report.rejected else []
        found.append((output.read_bytes(), reasons, report.ignored))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("name", "content", "asked"),
    [
        ("in.tsv", "customer\tincome per.year\tage\tcopy\tGröße\nc1\t1000.5\t40\ttrue\tM\n", ()),
        ("in.txt", f"{HEADER.replace(',', ';')}\nc1;1000,5;40;true;M\n", ()),
        ("in.csv", f'{HEADER}\nc1,"1000,5",40,true,M\n', ("", "", ",")),
        ("in.csv", f"\r\n\n{HEADER.replace(',', ';')}\nc1;1000,5;40;true;M\n", ()),
        ("in.csv", f"{HEADER.replace(',', ':')}\nc1:1000.5:40:true:M\n", ("", ":", "")),
        ("in.tsv", f"{HEADER.replace(',', chr(9))}\nc1\t1000,5\t40\ttrue\tM\n", ("", "tab", ",")),
    ],
)
def test_its_form_is_found_or_said(
    shop: Bundle, tmp_path: Path, name: str, content: str, asked: tuple[str, ...]
) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    score(shop, tmp_path / name, tmp_path / "out.csv", QUIET, form=AskedForm(*asked))
    _, wanted = scored(shop, written(tmp_path / "twin.csv", HEADER, GOOD))
    assert (tmp_path / "out.csv").read_bytes() == wanted.read_bytes()


def test_a_point_that_groups_thousands_is_no_number(shop: Bundle, tmp_path: Path) -> None:
    rows = ("c1;1000,5;40;true;M", "c2;1.000;40;true;M", "c3;1.000,5;40;true;M")
    report, output = scored(shop, written(tmp_path / "in.csv", HEADER.replace(",", ";"), *rows))
    assert read(output)["customer"].to_list() == ["c1"]
    wanted = [(line, "income per.year", "must be a number") for line in ("3", "4")]
    assert places(report) == wanted
    assert [each["value"] for each in rejects(report)] == ["1.000", "1.000,5"]
    (form,) = [each for each in report.lines("in", "out", shop.metadata) if "form" in each]
    assert form == (
        "form       utf-8, semicolons between fields, ',' in numbers; ENCODING, SEPARATOR, "
        "DECIMAL say another"
    )


@pytest.mark.parametrize(
    ("numbers", "decimal"),
    [
        (("1.000", "1.234,50"), ","),
        (("1.000", "1.234.567"), ","),
        (("-1.234.567,5", "2"), ","),
        (("1,000", "1,234,567"), "."),
        (("1,000", "1,234.50"), "."),
        (("1.000", "0,125"), ","),
        (("1,000", "0.125"), "."),
        (("1,000", "2,500e3"), ","),
        (("1,000", "12,500"), ","),
        (("1.000", "12.500"), "."),
        (("1,000", "1.000"), "."),
        (("29,5", "29.5"), "."),
        (("29", ""), "."),
        ((" 29,5", " 1 "), ","),
    ],
)
def test_the_decimal_sign_is_that_of_numbers_that_leave_no_doubt(
    tmp_path: Path, numbers: tuple[str, ...], decimal: str
) -> None:
    for order in (numbers, numbers[::-1]):
        source = written(tmp_path / "in.csv", "id;v", *(f"a;{each}" for each in order))
        assert find_form(source).decimal == decimal


def test_grouped_thousands_are_no_thousandths(shop: Bundle, tmp_path: Path) -> None:
    rows = ("c1;1.000;40;true;M", "c2;2.234,50;40;true;M", "c3;1000,5;40;true;M")
    report, output = scored(shop, written(tmp_path / "in.csv", HEADER.replace(",", ";"), *rows))
    assert read(output)["customer"].to_list() == ["c3"]
    assert [each["value"] for each in rejects(report)] == ["1.000", "2.234,50"]


def test_one_broken_row_makes_no_other_encoding(shop: Bundle, tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", HEADER, GOOD, b"c2,1,40,true,\xff")
    report, _ = scored(shop, source)
    assert (report.scored, report.rejected) == (1, 1)
    assert "is not UTF-8" in places(report)[0][2]


def test_many_files_may_each_have_a_form(shop: Bundle, tmp_path: Path) -> None:
    model = written_bundle(shop, tmp_path / "model_bin")
    (tmp_path / "in").mkdir()
    rows = [FIRST, ("c1", "2.5", "41", "false", "L", "a,b")]
    for name, form in (("a", TWIN), ("b", (";", ",", "cp1252", " ", "\r"))):
        (tmp_path / "in" / f"{name}.csv").write_bytes(as_csv(rows, *form))
    score_all(model, tmp_path / "in", tmp_path / "out")
    one, other = outputs(tmp_path / "out").values()
    assert one == other
    said = AskedForm("cp1252")
    with pytest.raises(ProjectError, match="was read with another ENCODING, SEPARATOR or DECIMAL"):
        score_all(model, tmp_path / "in", tmp_path / "out", form=said)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("", "::"), "SEPARATOR is '::'; it is one sign"),
        (("", ",", ","), "SEPARATOR is ','; it is one sign, .* and not the decimal one"),
        (("", "", "'"), "DECIMAL is '''; it is '.' or ','"),
    ],
)
def test_a_form_that_none_has_is_told(asked: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(ProjectError, match=sentence):
        AskedForm(*asked)


def test_only_csv_has_separators(shop: Bundle, tmp_path: Path) -> None:
    source = written(tmp_path / "in.jsonl", "{}")
    with pytest.raises(ProjectError, match="has no SEPARATOR and no DECIMAL: only CSV has them"):
        score(shop, source, tmp_path / "out.csv", QUIET, form=AskedForm("", ";"))


def test_what_is_written_has_commas(shop: Bundle, tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", HEADER.replace(",", ";"), "c1;1000,5;40;true;M")
    _, output = scored(shop, source)
    form = find_form(output)
    assert form.plain
    with pytest.raises(ProjectError, match=r"OUTPUT is '.*out.tsv'; its name has to end with one"):
        score(shop, source, tmp_path / "out.tsv", QUIET)


def test_a_header_of_control_characters_is_told_without_them(shop: Bundle, tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", "\x1b[2J\x00,é")
    with pytest.raises(ProjectError, match=r"its columns are: \\x1b\[2J\\x00, é\."):
        scored(shop, source)


@pytest.mark.parametrize("name", ["age", "customer"])
def test_a_name_that_stands_twice_is_refused_by_every_reader(
    shop: Bundle, tmp_path: Path, name: str
) -> None:
    source = written(tmp_path / "in.csv", f"{HEADER},{name}", f"{GOOD},1")
    features = Features(target="age", task="regression", id="customer", features=[SIZE])
    for read_it in (
        lambda: scored(shop, source),
        lambda: read_unknown(source, CsvForm()),
        lambda: read_by(features, source, CsvForm()),
    ):
        with pytest.raises(ProjectError, match=f"two columns.*named '?{name}"):
            read_it()
