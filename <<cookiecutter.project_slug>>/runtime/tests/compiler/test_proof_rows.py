"""The proof's rows are all that a request may hold."""

import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from model_runtime.bundle.row_files import read_rows, write_rows
from model_runtime.bundle.schema import Schema
from model_runtime.compiler.odd_texts import LONGEST
from model_runtime.compiler.proof_rows import proof_rows
from model_runtime.compiler.prove import columns_of
from model_runtime.features import Feature

ROWS = 2_000
HUGE = np.finfo(np.float64).max

FEATURES = [
    Feature(name="free", type="number", example=1),
    Feature(name="huge", type="number", min=-1e308, max=1e308, example=1),
    Feature(name="near zero", type="number", min=0, max=1e-300, example=0),
    Feature(name="empty", type="number", optional=True, example=1),
    Feature(name="from one", type="number", min=1, optional=True, example=1),
    Feature(name="whole", type="integer", min=-2.5, max=9, example=1),
    Feature(name="any whole", type="integer", example=1),
    Feature(name="empty whole", type="integer", min=0, max=9, optional=True, example=1),
    Feature(name="yes or no", type="boolean", example=True),
    Feature(name="empty boolean", type="boolean", optional=True, example=True),
    Feature(name="label", type="category", labels=["a", "b", "never seen"], example="a"),
    Feature(name="empty label", type="category", labels=["held"], optional=True, example="held"),
    Feature(name="said", type="text", example="Hello"),
    Feature(name="empty text", type="text", optional=True, example="Hello"),
    Feature(name="code", type="text", min_length=4, max_length=5, pattern="^[A-Z]", example="AB-1"),
    Feature(name="long", type="text", min_length=20, example="twenty characters or more"),
    Feature(name="day", type="date", min="2000-02-29", max="2026-11-28", example="2026-11-28"),
    Feature(name="any day", type="date", optional=True, example="2026-11-28"),
]


def schema_of(features: list[Feature]) -> Schema:
    return Schema(
        task="classification",
        target="y",
        features=features,
        classes=["no", "yes"],
        flags=["no_proba", "yes_proba"],
    )


SCHEMA = schema_of(FEATURES)


def training_rows() -> pd.DataFrame:
    """Ordinary values, and nothing at all of the features whose only value was held out."""
    count = np.arange(50.0)
    return pd.DataFrame(
        {
            "free": count / 7,
            "huge": np.linspace(-1, 1, 50) * 1e308,
            "near zero": count * 1e-302,
            "from one": np.nan,
            "whole": count % 9,
            "any whole": count,
            "yes or no": count % 2,
            "label": pd.Series(["a", "b"] * 25, dtype=object),
            "code": pd.Series(["AB-1", "X-225"] * 25, dtype=object),
            "long": pd.Series(["twenty characters or more"] * 50, dtype=object),
            "day": 15_000 + count,
            "any day": 15_000 + count,
            "said": pd.Series(["Hello dear world", "good-bye"] * 25, dtype=object),
            **dict.fromkeys(["empty", "empty whole", "empty boolean"], np.nan),
            **{k: pd.Series([""] * 50, dtype=object) for k in ("empty label", "empty text")},
        }
    )[[feature.name for feature in FEATURES]]


@pytest.fixture(scope="module")
def groups() -> dict[str, pd.DataFrame]:
    X = training_rows()
    return proof_rows(SCHEMA, X, X.head(5), ROWS, 0)


def misfit(feature: Feature, value: Any) -> str | None:
    """Say what a request that holds a value would be refused for."""
    if feature.rule.empty_is_missing and value == "":
        return None if feature.optional else "is missing"
    if value == "" or (feature.numeric and np.isnan(value)):
        return None if feature.optional or feature.type == "text" else "is missing"
    if feature.numeric and not np.isfinite(value):
        return f"is {value}"
    return feature.misfit(bool(value) if feature.type == "boolean" else feature.rule.as_sent(value))


def test_dates_and_texts_with_a_pattern_differ_and_reach_their_ends(
    groups: dict[str, pd.DataFrame],
) -> None:
    assert {11_016.0, 20_785.0} <= set(groups["extremes"]["day"])
    assert groups["wide"]["day"].min() < 12_000 and groups["wide"]["day"].max() > 20_000
    assert len(set(groups["random"]["code"])) > 500
    assert len(set(groups["random"]["long"])) > 500


def test_each_row_is_one_that_a_request_may_hold(groups: dict[str, pd.DataFrame]) -> None:
    assert set(groups) == {
        "hold_out", "thresholds", "missing", "unseen", "extremes", "wide", "random"
    }  # fmt: skip
    assert len(groups["random"]) == ROWS
    for name, rows in groups.items():
        for feature in FEATURES:
            wrong = {misfit(feature, value) for value in rows[feature.name]} - {None}
            assert not wrong, f"{name}: {feature.name} {wrong}"


def test_a_number_without_bounds_goes_to_the_ends_of_both_precisions(
    groups: dict[str, pd.DataFrame],
) -> None:
    drawn = set(groups["extremes"]["free"])
    single = float(np.finfo(np.float32).max)
    assert {HUGE, -HUGE, 1e39, -1e39, single, -single, 5e-324, 0.0} <= drawn
    assert any(value == 0 and np.signbit(value) for value in groups["extremes"]["free"])


def test_bounds_are_reached_and_their_neighbours(groups: dict[str, pd.DataFrame]) -> None:
    drawn = set(groups["extremes"]["near zero"])
    assert {0.0, 5e-324, np.nextafter(1e-300, 0), 1e-300} <= drawn
    assert {-2.0, 9.0} <= set(groups["extremes"]["whole"])
    assert {1.0, np.nextafter(1, 2)} <= set(groups["extremes"]["from one"])


def test_huge_bounds_are_drawn_from_on_both_sides(groups: dict[str, pd.DataFrame]) -> None:
    drawn = groups["wide"]["huge"]
    assert (drawn < -5e307).any() and (drawn > 5e307).any() and (drawn.abs() < 5e307).any()


def test_what_may_be_missing_is_alone_and_together(groups: dict[str, pd.DataFrame]) -> None:
    optional = [feature.name for feature in FEATURES if feature.optional]
    missing = groups["missing"][optional].isin(["", np.nan])
    assert missing.all(axis=1).any()
    assert (missing.sum(axis=1) == 1).any()
    assert set(groups["missing"]["empty label"]) == {"", "held"}


def test_a_label_that_no_training_row_has_is_asked(groups: dict[str, pd.DataFrame]) -> None:
    assert set(groups["unseen"]["label"]) == {"a", "b", "never seen"}


def test_integers_stand_on_both_sides_of_where_trees_split(
    groups: dict[str, pd.DataFrame],
) -> None:
    assert set(groups["thresholds"]["whole"]) == set(np.arange(9.0))


def test_numbers_stand_where_trees_split_and_beside() -> None:
    schema = schema_of([Feature(name="x", type="number", example=1)])
    X = pd.DataFrame({"x": np.arange(1.0, 50.0)})
    drawn = proof_rows(schema, X, X, ROWS, 0)["thresholds"]["x"].to_numpy()
    distance = np.abs(drawn[:, None] / (X["x"].to_numpy()[None, :-1] + 0.5) - 1).min(axis=1)
    assert distance.max() < 1e-6
    assert (distance == 0).any() and (distance > 0).any()


def test_texts_are_of_all_of_unicode(groups: dict[str, pd.DataFrame]) -> None:
    texts = groups["random"]["said"]
    every = {unicodedata.category(chr(code)) for code in range(0x110000)} - {"Cs"}
    assert {unicodedata.category(each) for text in texts for each in text} == every
    assert "" in set(texts) and max(map(len, texts)) == LONGEST
    assert any("\0" in text for text in texts)
    assert any("dear" in text and not text.isascii() for text in texts)
    assert {"Hello dear world", "HELLO DEAR WORLD"} <= set(texts)


def test_texts_and_numbers_go_to_another_process_as_they_are(tmp_path: Path) -> None:
    X = proof_rows(SCHEMA, training_rows(), training_rows(), ROWS, 1)["random"]
    X.loc[0, "said"] = "ends with NULs \0\0"
    X.loc[1, "said"] = "half a pair \ud800"
    columns = {name: columns_of(X[feature]) for name, feature in (("rows", list(X)),)}
    write_rows(tmp_path, columns)
    for name, column in read_rows(tmp_path)["rows"].items():
        assert column.dtype == columns["rows"][name].dtype
        np.testing.assert_array_equal(column, columns["rows"][name])
