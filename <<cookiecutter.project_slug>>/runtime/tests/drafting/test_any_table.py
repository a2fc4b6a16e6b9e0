"""Whatever a table is like, features.yaml is drafted so that it is read, and fits the table."""

import csv
import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from model_runtime.drafting.draft import draft_features
from model_runtime.drafting.scalar import scalar
from model_runtime.errors import ProjectError
from model_runtime.features import Features, read_features
from model_runtime.tables.form import AskedForm, find_form
from model_runtime.tables.read import read_by, read_head, read_whole
from model_runtime.training.check import Check
from model_runtime.yaml_file import read_yaml

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
ODD = st.sampled_from(
    [
        *("true", "no", "null", "~", "01", "1e3", "inf", "nan", "NA", "", " ", "-", "- a", "a: b"),
        *(
            "#",
            "'",
            '"',
            "{a}",
            "[a]",
            "&a",
            "*a",
            "!a",
            "%a",
            "@a",
            "a #b",
            "a\nb",
            "\u2028",
            "x" * 250,
        ),
        *("2020-01-31", "31.1.2020", "\u0085", "\ufeff", "\x00", "9" * 30, "-0", "0.1", "é", "😀"),
    ]
)
NUMBER = st.one_of(
    st.integers(-(10**20), 10**20), st.floats(allow_nan=False), st.integers(0, 3), st.floats(-1, 1)
)
CELLS = st.one_of(
    NUMBER.map(str),
    st.sampled_from(["", "a", "b", "True", "false"]),
    TEXT,
    ODD,
    st.sampled_from([f"a sentence of some words, {k}" for k in range(80)]),
)
KINDS = st.sampled_from(
    [
        NUMBER.map(str),
        st.integers(0, 1).map(str),
        st.sampled_from(["", "1", "2"]),
        st.sampled_from(["True", "False", ""]),
        st.just(""),
        st.just("7"),
        st.sampled_from(["001", "2", "30"]),
        ODD,
        TEXT,
        CELLS,
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Return a header and rows."""
    names = draw(st.lists(TEXT | ODD, min_size=1, max_size=5))
    kinds = [draw(KINDS) for _ in names]
    rows = [[draw(kind) for kind in kinds] for _ in range(draw(st.integers(0, 12)))]
    if draw(st.integers(0, 4)):  # mostly with a target that can be learned
        names = [*names, "y"]
        rows = [[*row, "ab"[k % 2]] for k, row in enumerate(rows)]
    return [names, *rows * draw(st.sampled_from([1, 1, 3]))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


def drafted(file: Path, target: str = "", encoding: str = "") -> tuple[Features, pd.DataFrame]:
    """Return the drafted features.yaml, read, and the table, read by it."""
    form = find_form(file, AskedForm(encoding))
    draft = draft_features(read_whole(file, form, texts=read_head(file, form)), file.name, target)
    written = file.with_name("features.yaml")
    written.write_text(draft.text, "utf-8")
    features = read_features(written)
    return features, read_by(features, file, form)


def misfits(features: Features, frame: pd.DataFrame) -> list[str]:
    """Return what a training would refuse of the features."""
    found = Check.of(frame, features).problems(features)
    return [each for each in found if not each.startswith("The target")]


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(tables(), st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_a_draft_is_read_and_fits_the_table(
    folder: Path, table: list[list[str]], separator: str, encoding: str
) -> None:
    file = folder / "table.csv"
    with file.open("w", encoding=encoding, newline="") as written:
        csv.writer(written, delimiter=separator).writerows(table)
    try:
        features, frame = drafted(file)
    except ProjectError as refusal:
        assert "target" in str(refusal) or "can't be read as" in str(refusal), refusal
        return
    assert not [each for each in misfits(features, frame) if "finite number" not in each]


@given(st.one_of(TEXT, ODD, st.floats(allow_nan=False, allow_infinity=False), st.booleans()))
def test_a_value_is_read_as_it_was_meant(folder: Path, value: object) -> None:
    file = folder / "value.yaml"
    file.write_text(f"{scalar(str(value))}: [{scalar(value)}]  # {scalar(str(value))}\n", "utf-8")
    (read,) = read_yaml(file, "value.yaml").items()
    assert read == (str(value), [value])


def test_many_rows_and_labels_are_drafted_in_seconds(folder: Path) -> None:
    file, n = folder / "large.csv", 20_000
    frame = pd.DataFrame({"row": range(n), "label": [f"label {k % 9000}" for k in range(n)]})
    frame["word"], frame["number"] = "w" + frame["row"].astype(str), frame["row"] ** 1.5
    frame["class"] = frame["row"] % 3
    frame.to_csv(file, index=False)
    features, read = drafted(file)
    assert not misfits(features, read)
    (label, number) = features.features
    assert (label.type, label.labels) == ("category", None)
    assert isinstance(number.max, int | float)
    assert math.isclose(number.max, 3_200_000, rel_tol=0.2)
