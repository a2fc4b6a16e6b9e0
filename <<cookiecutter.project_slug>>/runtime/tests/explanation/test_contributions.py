"""Contributions, of models whose own are known."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from model_runtime.bundle.schema import Schema
from model_runtime.contract.routes import prediction_routes
from model_runtime.explanation.others import Others
from model_runtime.explanation.route import Explain
from model_runtime.tasks import Outputs

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)
NAMES = ["used", "ignored", "a b"]
FEATURES = [{"name": name, "type": "number", "example": 1} for name in NAMES]


def explaining(others: list[list[float]], classes: tuple[str, ...] = ()) -> Explain:
    """Return the route of a model of three numbers."""
    about = {"task": "classification", "classes": classes, "flags": classes} if classes else {}
    schema = Schema.model_validate(
        {"task": "regression", "target": "t", "features": FEATURES, **about}
    )
    request = prediction_routes(schema, 1)[0].request
    values = [
        Others(name, list(each), np.full(len(each), 1 / len(each)))
        for name, each in zip(NAMES, others, strict=True)
    ]
    return Explain(schema, request, values)


def linear(route: Explain, row: dict[str, Any], slopes: list[float]) -> Outputs:
    """Return the answers of a linear regression."""
    rows = [[each[name] for name in NAMES] for each in route.rows(row)]
    outputs: Outputs = np.array(rows) @ np.array(slopes)
    return outputs[:, None]


@given(
    others=st.lists(st.lists(NUMBERS, min_size=1, max_size=8), min_size=3, max_size=3),
    row=st.lists(NUMBERS, min_size=3, max_size=3),
    slopes=st.lists(NUMBERS, min_size=3, max_size=3),
)
def test_those_to_a_linear_model_are_its_slopes_times_the_distances_from_the_means(
    others: list[list[float]], row: list[float], slopes: list[float]
) -> None:
    slopes[1] = 0
    route = explaining(others)
    outputs = linear(route, dict(zip(NAMES, row, strict=True)), slopes)
    answer = route.answer_by(outputs)
    TypeAdapter(route.response).validate_python(answer)
    assert answer["prediction"] == outputs[0, 0]
    found = {each["feature"]: each["contribution"] for each in answer["contributions"]}
    sizes = [abs(each["contribution"]) for each in answer["contributions"]]
    assert sizes == sorted(sizes, reverse=True)
    assert np.isfinite(sizes).all()
    assert found["ignored"] == 0
    rounding = 2e-6 * float(np.abs(outputs).max())
    for name, value, slope, each in zip(NAMES, row, slopes, others, strict=True):
        expected = slope * (value - float(np.mean(each)))
        assert found[name] == pytest.approx(expected, abs=rounding)


def test_they_are_to_the_probability_of_the_class_that_is_answered() -> None:
    route = explaining([[0, 1], [0], [0]], ("no", "yes", "perhaps"))
    shares = np.array([[0.2, 0.5, 0.3], [0.9, 0.1, 0], [0, 0.3, 0.7], [0, 0.9, 0.1], [0, 0.5, 0.5]])
    answer = route.answer_by(shares)
    assert (answer["class_name"], answer["probability"]) == ("yes", 0.5)
    found = {each["feature"]: each["contribution"] for each in answer["contributions"]}
    assert list(found) == ["ignored", "used", "a b"]
    assert found == pytest.approx({"ignored": -0.4, "used": 0.3, "a b": 0.0})


def test_values_without_an_answer_count_for_nothing() -> None:
    route = explaining([[0, 1], [0], [0]])
    outputs = np.array([[5.0], [np.nan], [3.0], [np.nan], [1.0]])
    contributions = route.answer_by(outputs)["contributions"]
    assert contributions == [
        {"feature": "a b", "contribution": 4.0},
        {"feature": "used", "contribution": 2.0},
    ]
