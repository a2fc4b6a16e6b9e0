"""Other values of a feature are those of training, few, and each one that a request may have."""

from typing import Any

import numpy as np
import pytest

from model_runtime.bundle.reference import Ranges, Reference, Singles
from model_runtime.bundle.schema import Schema
from model_runtime.explanation.others import MOST_ROWS, MOST_VALUES, Others, others


def schema(*features: dict[str, Any]) -> Schema:
    return Schema.model_validate({"task": "regression", "target": "t", "features": features})


def of(spread: Ranges | Singles | None, **feature: Any) -> Others:
    (found,) = others(
        schema({"name": "a", **feature}), Reference(features={"a": spread} if spread else {})
    )
    return found


def ranges(edges: list[float], counts: list[int], kind: Any = "values") -> Ranges:
    return Ranges(kind=kind, edges=edges, counts=counts)


def singles(counts: dict[Any, int], others: int = 0, missing: int = 0) -> Singles:
    return Singles(singles=list(counts), counts=[*counts.values(), others, missing])


def test_numbers_are_compared_with_their_quantiles() -> None:
    edges = [float(edge) for edge in range(1, 10)]
    found = of(ranges(edges, [10] * 10 + [0]), type="number", example=5.0)
    assert 5 <= len(found.values) <= MOST_VALUES
    assert set(found.values) <= set(edges)
    assert found.shares.sum() == pytest.approx(1)
    assert np.average(np.array(found.values, float), weights=found.shares) == pytest.approx(5)


def test_labels_are_compared_with_the_most_frequent_ones() -> None:
    counts = {f"label {k:02d}": k for k in range(1, 12)}
    found = of(singles(counts, others=40), type="category", labels=list(counts), example="label 01")
    assert found.values == [f"label {k:02d}" for k in range(11, 3, -1)]
    assert found.shares[0] == pytest.approx(11 / sum(range(4, 12)))


def test_what_no_request_may_have_is_compared_with_nothing() -> None:
    found = of(singles({"a": 5, "gone": 9}), type="category", labels=["a", "b"], example="b")
    assert found.values == ["a"]
    found = of(ranges([1.0, 1e6], [5, 5, 5, 0]), type="number", max=9, example=1.0)
    assert found.values == [1.0]


def test_a_missing_value_is_one_where_it_may_be_missing() -> None:
    spread = singles({0.0: 6, 1.0: 3}, missing=1)
    found = of(spread, type="boolean", optional=True, example=True)
    assert found.values == [0, 1, None]
    assert found.shares.tolist() == [0.6, 0.3, 0.1]
    assert of(spread, type="boolean", example=True).values == [0, 1]


def test_dates_are_written_as_requests_have_them() -> None:
    found = of(ranges([0, 31], [4, 4, 4, 0], "dates"), type="date", example="2000-01-01")
    assert found.values == ["1970-01-01", "1970-02-01"]


@pytest.mark.parametrize(
    ("feature", "value"),
    [({}, ""), ({"optional": True}, None), ({"min_length": 1}, "a good offer")],
)
def test_a_text_is_compared_with_none_or_else_the_example(
    feature: dict[str, Any], value: str | None
) -> None:
    spread = ranges([3, 9], [5, 5, 5, 2], "lengths")
    assert of(spread, type="text", example="a good offer", **feature).values == [value]


def test_what_was_not_counted_is_compared_with_the_example() -> None:
    found = of(None, type="number", example=3.5)
    assert (found.values, found.shares.tolist()) == ([3.5], [1.0])


def test_what_leaks_is_compared_with_nothing() -> None:
    features = [{"name": name, "type": "number", "example": 1} for name in "ab"]
    found = others(schema(features[0], {**features[1], "leaks": True}), Reference())
    assert [each.name for each in found] == ["a"]


@pytest.mark.parametrize("columns", [340, 5_000])
def test_the_rows_of_a_wide_table_are_bounded(columns: int) -> None:
    features = [{"name": f"x{k}", "type": "number", "example": 1} for k in range(columns)]
    spread = ranges([float(edge) for edge in range(9)], [10] * 10 + [5])
    reference = Reference(features={f"x{k}": spread for k in range(columns)})
    found = others(schema(*features), reference)
    assert len(found) == columns
    assert sum(len(each.values) for each in found) <= max(MOST_ROWS, columns)
