"""Whatever a table is like, features.yaml is drafted so that it is read, and fits the table."""

import csv
import datetime
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from model_runtime.drafting.draft import draft_features
from model_runtime.drafting.run import read_unknown
from model_runtime.drafting.scalar import scalar
from model_runtime.errors import ProjectError
from model_runtime.features import Features, read_features
from model_runtime.tables.form import AskedForm, CsvForm, find_form
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
        *("𠮷\u3000", "😀\u200d😀", "\U000e0001"),
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
    assert [*yaml.safe_load(f"{scalar(str(value))}: 0")] == [str(value)], "by another reader"


ROWS = 60
TYPES: dict[str, list[Any]] = {
    "integers": [1, 2, 3],
    "numbers": [0.5, 1.5, 2],
    "booleans": [True, False],
    "texts": ["a", "b", "c"],
    "dates": [datetime.date(2026, 11, day) for day in (1, 2, 3)],
    "stamps": [*pd.date_range("2026-11-01", periods=3, tz="UTC")],
    "spans": [*pd.to_timedelta([1, 2, 3], "h")],
    "times": [datetime.time(hour) for hour in (1, 2, 3)],
    "bytes": [b"a", b"b"],
    "decimals": [Decimal("1.5"), Decimal("2.5")],
    "lists": [[1], [2, 3], []],
    "structs": [{"a": 1}, {"a": 2}],
}
KEPT: dict[str, Any] = {
    "integers": "Int64",
    "numbers": "Float64",
    "booleans": "boolean",
    "texts": "string",
}
"""The types that have a twin in pandas which may have gaps."""


def columns() -> dict[str, "pd.Series[Any]"]:
    """Return a column of every type, each as categories, too, with gaps and without."""
    found = {
        name: pd.Series([values[k % len(values)] for k in range(ROWS)])
        for name, values in TYPES.items()
    }
    found |= {f"{name}, nullable": found[name].astype(kind) for name, kind in KEPT.items()}
    unhashed = ("lists", "structs")
    found |= {
        f"{name} as categories": each.astype("category")
        for name, each in found.items()
        if name not in unhashed
    }
    gaps = np.arange(ROWS) % 5 == 0
    found |= {f"{name}, gaps": each.mask(gaps) for name, each in found.items()}
    return found | {"nothing": pd.Series([None] * ROWS)}


COLUMNS = columns()


def beside(column: "pd.Series[Any]") -> pd.DataFrame:
    """Return a table of a column, of one that can be a feature, and of one that can be a target."""
    return pd.DataFrame({"column": column, "x": np.arange(ROWS) % 7, "y": [*"ab"] * (ROWS // 2)})


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_of_any_type_is_drafted_or_refused(folder: Path, name: str) -> None:
    file = folder / "table.parquet"
    beside(COLUMNS[name]).to_parquet(file)
    frame = read_unknown(file, CsvForm())
    for table in (frame, beside(COLUMNS[name])):  # as Parquet, and as a loader has it
        draft = draft_features(table, file.name, "y")
        (folder / "features.yaml").write_text(draft.text, "utf-8")
        features = read_features(folder / "features.yaml")
        names = [*(each.name for each in features.features), "y"]
        assert not misfits(features, table[names])
        try:
            draft = draft_features(table, file.name, "column")
        except ProjectError as refusal:
            assert "The target 'column' " in str(refusal)
        else:
            (folder / "features.yaml").write_text(draft.text, "utf-8")
            assert read_features(folder / "features.yaml").target == "column"


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
