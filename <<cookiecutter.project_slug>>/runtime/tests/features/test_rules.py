"""One rule per feature type: training, requests, scored files and the API's description agree."""

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model_runtime.contract.findings import RowType
from model_runtime.features import Feature
from model_runtime.features.missing import words_for_missing

from ..support.read_values import (
    FEATURES,
    REFUSED,
    SCHEMAS,
    documented,
    requested,
    same,
    schema_of,
    scored,
    trained,
)

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


@given(features, numbers | st.booleans() | texts.filter(bool))
@example(FEATURES[0], "NA")
@example(FEATURES[0], " 1\t")
def test_a_csv_file_is_scored_as_a_request_is(feature: Feature, value: Any) -> None:
    cell = value if isinstance(value, str) else str(value)
    found = scored(feature, pl.Series([cell]), texts=True)
    if isinstance(value, str) and feature.type != "text":
        is_missing = cell in words_for_missing(feature) or not feature.rule.bare(cell)
        assert found == requested(feature, None if is_missing else feature.rule.cell(cell))
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


def test_a_copy_of_a_feature_has_a_rule_of_its_own() -> None:
    feature = Feature(name="x", type="number", max=1)
    assert feature.misfit(2) == "must be at most 1"
    assert feature.model_copy(update={"max": 3.0}).misfit(2) is None
