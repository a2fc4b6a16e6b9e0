"""Rows drawn for a load test fit the model that they are drawn for."""

from itertools import islice

import pytest

from model_runtime.bundle.schema import Schema
from model_runtime.contract.findings import RowType
from model_runtime.contract.row import request_model
from model_runtime.features import Feature
from model_runtime.load.rows import draw_rows

FEATURES = [
    Feature(name="bounded", type="number", min=-0.5, max=0.25, example=0),
    Feature(name="at most", type="number", max=-1e6, example=-2e6),
    Feature(name="at least", type="number", min=1e9, example=1e9),
    Feature(name="free", type="number", example=-3.5, optional=True),
    Feature(name="count", type="integer", min=0.5, max=2.5, example=1),
    Feature(name="free count", type="integer", example=7),
    Feature(name="member", type="boolean", example=True),
    Feature(name='a/b "é"', type="category", labels=["x", "ü"], example="x", optional=True),
    Feature(name="day", type="date", min="2020-02-29", max="2021-01-01", example="2020-12-31"),
    Feature(name="any day", type="date", example="9999-12-31"),
    Feature(name="words", type="text", example="a good one", leaks=True),
]
SCHEMA = Schema(task="regression", target="y", id="customer", features=FEATURES)


def test_each_row_fits_and_they_are_the_same_for_the_same_seed() -> None:
    described = request_model(SCHEMA).model_json_schema()
    rows = list(islice(draw_rows(described, 1), 500))
    row_type = RowType(SCHEMA)
    unfit = [(row, list(row_type.findings(row))) for row in rows if not row_type.read(dict(row))]
    assert not unfit[:3]
    assert rows == list(islice(draw_rows(described, 1), 500))
    assert rows != list(islice(draw_rows(described, 2), 500))


@pytest.mark.parametrize("feature", FEATURES[:10], ids=lambda feature: feature.name)
def test_values_differ_and_what_may_be_left_out_is_sometimes(feature: Feature) -> None:
    rows = list(islice(draw_rows(request_model(SCHEMA).model_json_schema(), 1), 500))
    assert len({row[feature.name] for row in rows if feature.name in row}) > 1
    assert any(feature.name not in row for row in rows) is feature.optional


def test_predictions_of_a_load_test_are_known_in_the_log_by_their_id() -> None:
    first, second = islice(draw_rows(request_model(SCHEMA).model_json_schema(), 1), 2)
    assert (first["customer"], second["customer"]) == ("load-1", "load-2")
