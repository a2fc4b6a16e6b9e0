"""One rule per feature type: training, requests, scored files and the API's description agree."""

import json
import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import jsonschema_rs
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from model_runtime.bundle.rows import RowColumns, columns_from
from model_runtime.bundle.schema import Schema
from model_runtime.contract.findings import RowType
from model_runtime.contract.read_json import read_json
from model_runtime.contract.row import request_model
from model_runtime.features import Feature
from model_runtime.features.columns import read_column
from model_runtime.features.missing import words_for_missing
from model_runtime.scoring.check import Check, Raw

REFUSED = "refused"

FEATURES = [
    Feature(name="x", **fields)
    for kind in (
        {"type": "number"},
        {"type": "number", "min": -1.5, "max": 1e300},
        {"type": "integer"},
        {"type": "integer", "min": 0, "max": 9},
        {"type": "boolean"},
        {"type": "category", "labels": ["a", "b", "résumé"]},
        {"type": "category", "labels": ["1", "2", "3.0", "-7", "04"]},
        {"type": "text", "example": "a text"},
        {"type": "date"},
        {"type": "date", "min": "1999-12-31", "max": "2026-11-28"},
        {"type": "text", "example": "a1", "min_length": 2, "max_length": 3, "pattern": "^[a-z0-9]"},
        {"type": "text", "example": "1", "min_length": 1},
    )
    for fields in (kind, {**kind, "optional": True})
]

numbers = st.integers() | st.floats() | st.sampled_from([0, 1, 1.0, 3, 3.0, -7, -7.0, 2, -0.0])
_TEXTS = (
    *("", "a", "1", "1.0", "2", "3", "3.0", "-7", "04", "true", "True", "FALSE", "0", "nan"),
    *("2026-11-28", "1999-12-30", "2026-02-29", "2026-11-28T00:00:00", "20261128", "0000-01-01"),
    *("ab", "a1b2", "-a", "日1"),
)
texts = st.text(max_size=5) | st.sampled_from(_TEXTS)
scalars = st.none() | st.booleans() | numbers | texts
json_values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(texts, scalars, max_size=1)
features = st.sampled_from(FEATURES)


def schema_of(feature: Feature) -> Schema:
    filled = feature if feature.example is not None else with_example(feature)
    return Schema(task="regression", target="y", features=[filled])


def with_example(feature: Feature) -> Feature:
    return feature.model_copy(update={"example": feature.rule.typical(np.array([]))})


ROWS = [RowType(schema_of(feature)) for feature in FEATURES]
MODELS: list[type[BaseModel]] = [request_model(schema_of(feature)) for feature in FEATURES]
SCHEMAS = [
    jsonschema_rs.validator_for(model.model_json_schema()["properties"]["x"], validate_formats=True)
    for model in MODELS
]


def same(value: Any) -> Any:
    """Return a value in the model's form so that missing ones are equal, too."""
    return "missing" if isinstance(value, float) and math.isnan(value) else value


def requested(feature: Feature, value: Any) -> Any:
    """Return a request's value as the engine gets it."""
    row_type = ROWS[FEATURES.index(feature)]
    sent = read_json(json.dumps({"x": value}).encode(), most_rows=1)
    row = row_type.read(sent)
    assert (row is None) == any(row_type.findings(sent))
    if row is None:
        return REFUSED
    return same(RowColumns([feature])([row])["x"].ravel().tolist()[0])


def documented(feature: Feature, value: Any) -> Any:
    """Return a request's value as the engine would get it by the type that is documented."""
    try:
        row = MODELS[FEATURES.index(feature)].model_validate_json(json.dumps({"x": value}))
    except ValidationError:
        return REFUSED
    return same(columns_from([feature], [[row.__dict__["f0"]]])["x"].ravel().tolist()[0])


def trained(feature: Feature, column: "pd.Series[Any]") -> Any:
    """Return a value as training learns from it, in a column of its own."""
    read = read_column(feature.rule, column)
    if read.wrong or (read.missing[0] and not feature.optional):
        return REFUSED
    return same(read.values.tolist()[0])


def scored(feature: Feature, column: pl.Series, texts: bool) -> Any:
    """Return a value of a file as the engine gets it."""
    records = np.arange(1, 2)
    found = Check(schema_of(feature))(Raw(pl.DataFrame({"x": column}), texts, records, None, []))
    if len(found.records) == 0:
        return REFUSED
    (got,) = found.features["f0"].to_list()
    return "missing" if got is None else got


@given(features, json_values)
@example(FEATURES[12], 3.0)
@example(FEATURES[8], 1)
@example(FEATURES[12], True)
@example(FEATURES[0], 10**400)
def test_training_takes_what_a_request_takes_and_means_the_same(
    feature: Feature, value: Any
) -> None:
    if isinstance(value, float) and math.isnan(value):
        return  # in a data frame that is a missing value, in a request it is no JSON
    assert trained(feature, pd.Series([value], dtype=object)) == requested(feature, value)


@given(features, json_values)
@example(FEATURES[0], 10**400)
def test_a_row_is_read_as_the_documented_type_would_read_it(feature: Feature, value: Any) -> None:
    assert requested(feature, value) == documented(feature, value)


@pytest.mark.parametrize("low", [-0.5, None])
@pytest.mark.parametrize("high", [8.5, 2.0**60, None])
def test_integers_are_taken_within_any_bounds(low: float | None, high: float | None) -> None:
    feature = Feature(name="x", type="integer", min=low, max=high, example=1)
    read = RowType(schema_of(feature)).read
    values = [-(2**60), -1, -0.0, 0, 0.5, 8, 8.0, 9, 2**53 + 1, 2**61, 10**400, True, "1"]
    for value in values:
        is_whole = type(value) is not bool and value in (-(2**60), -1, 0, 8, 9, 2**53 + 1, 2**61)
        fits = is_whole and (low or -math.inf) <= value <= (high or math.inf)  # type: ignore[operator]
        assert (read({"x": value}) is not None) == fits, value


@given(features, json_values)
def test_the_type_of_a_column_changes_nothing(feature: Feature, value: Any) -> None:
    plain = pd.Series([value], dtype=object)
    try:
        guessed = pd.Series([value])
    except OverflowError:
        return
    assert trained(feature, guessed) == trained(feature, plain)


@given(features, scalars)
def test_a_parquet_file_is_scored_as_a_request_is(feature: Feature, value: Any) -> None:
    if value is None or (isinstance(value, int) and abs(value) >= 2**63):
        return  # a file's columns hold no such integers; a missing value is tried below
    assert scored(feature, pl.Series([value]), texts=False) == requested(feature, value)


@given(features)
def test_a_missing_value_is_one_everywhere(feature: Feature) -> None:
    asked = requested(feature, None)
    assert asked == (same(feature.rule.missing) if feature.optional else REFUSED)
    for missing in (None, float("nan"), pd.NA, pd.NaT):
        assert trained(feature, pd.Series([missing, "a"], dtype=object)[:1]) == asked
    assert scored(feature, pl.Series([None]), texts=False) == asked


@given(features, numbers | st.booleans() | texts.filter(bool) | st.sampled_from([" ", " 3 ", "NA"]))
def test_a_csv_file_is_scored_as_a_request_is(feature: Feature, value: Any) -> None:
    cell = value if isinstance(value, str) else str(value)
    found = scored(feature, pl.Series([cell]), texts=True)
    bare = feature.rule.bare(cell)
    if feature.optional and (not bare or bare in words_for_missing(feature)):
        assert found == requested(feature, None)
    elif isinstance(value, str) and feature.type != "text":
        assert found == requested(feature, feature.rule.cell(cell))
    elif feature.type in ("number", "integer", "boolean"):
        assert found == requested(feature, value)


@given(features, json_values.filter(lambda value: value is not None))
def test_an_example_in_features_yaml_fits_if_a_request_does(feature: Feature, value: Any) -> None:
    if value == "" and feature.rule.empty_is_missing:
        return  # missing, and so no example
    fits = feature.misfit(value) is None
    assert fits == (requested(feature, value) != REFUSED)


@given(features, json_values)
def test_the_description_takes_what_a_request_takes(feature: Feature, value: Any) -> None:
    try:
        text = json.dumps(value, allow_nan=False)
    except ValueError:
        return  # no JSON
    if feature.type == "date" and feature.min and isinstance(value, str) and value < "1999-12-31":
        return  # JSON Schema has no bounds for dates
    described = SCHEMAS[FEATURES.index(feature)].is_valid(json.loads(text))
    assert described == (requested(feature, value) != REFUSED)


@pytest.mark.parametrize("feature", FEATURES, ids=str)
def test_what_the_collection_sends_is_taken_and_refused_as_it_says(feature: Feature) -> None:
    value, reason = feature.rule.wrong
    assert requested(feature, value) == REFUSED
    assert feature.misfit(value) == reason
    for outermost in feature.rule.outermost():
        assert requested(feature, outermost) != REFUSED
    typical = feature.rule.typical(np.array([]))
    assert requested(feature, typical) != REFUSED


@pytest.mark.parametrize(
    "value",
    [datetime(2030, 1, 1), date(2030, 1, 1), 1 + 2j, [1], (1,), {"a": 1}, b"a", "\ud800"],
    ids=repr,
)
@pytest.mark.parametrize("feature", FEATURES, ids=str)
def test_what_no_request_can_say_is_nothing_to_learn_from(feature: Feature, value: Any) -> None:
    column = pd.Series([value], dtype=object)
    if feature.type == "date" and isinstance(value, date):
        return  # what tables have for the day's text
    for each in (column, column if isinstance(value, str) else column.infer_objects()):
        (wrong,) = read_column(feature.rule, each).wrong
        assert (wrong.count, wrong.row) == (1, 0)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([0, 1, 1], dtype="Int64"),
        pd.Series([0.0, 1.0, 1.0]),
        pd.Series([0, 1, 1], dtype="int8"),
        pd.Series([Decimal(0), Decimal(1), Decimal("1.0")], dtype=object),
        pd.Series([np.int64(0), np.float32(1), 1], dtype=object),
        pd.Series([0, 1, 1], dtype="category"),
    ],
    ids=lambda column: str(column.dtype),
)
def test_a_column_of_numbers_may_have_any_type_of_numbers(column: "pd.Series[Any]") -> None:
    for kind, wanted in (("integer", [0, 1, 1]), ("boolean", [0, 1, 1])):
        feature = Feature.model_validate({"name": "x", "type": kind})
        assert read_column(feature.rule, column).values.tolist() == wanted
    labels = Feature(name="x", type="category", labels=["0", "1"])
    assert read_column(labels.rule, column).values.tolist() == ["0", "1", "1"]


def test_true_is_not_the_label_1_in_a_column_that_has_both() -> None:
    feature = Feature(name="x", type="category", labels=["1"])
    (wrong,) = read_column(feature.rule, pd.Series([1, 1.0, True, "1"], dtype=object)).wrong
    assert (wrong.count, wrong.row, wrong.value) == (1, 2, True)


def test_a_copy_of_a_feature_has_a_rule_of_its_own() -> None:
    feature = Feature(name="x", type="number", max=1)
    assert feature.misfit(2) == "must be at most 1"
    assert feature.model_copy(update={"max": 3.0}).misfit(2) is None
