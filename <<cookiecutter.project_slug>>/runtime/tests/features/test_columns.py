"""A column's values are read to learn from, of any type that a table may have."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from model_runtime.features import Feature
from model_runtime.features.columns import read_column

from ..support.read_values import FEATURES


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
