"""Each prediction route takes its shape of request, and answers as its documented type says."""

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from model_runtime.bundle.schema import Schema
from model_runtime.contract.problems import Refusal
from model_runtime.contract.route import PredictionRoute
from model_runtime.contract.routes import PATHS, prediction_routes
from model_runtime.tasks import Outputs

TASKS = ("classification", "regression")

FEATURES = [{"name": "a b", "type": "number", "max": 9, "example": 1}]
CLASSES = Schema.model_validate(
    {
        "task": "classification",
        "target": "t",
        "features": FEATURES,
        "classes": ["will stay", "will buy"],
        "flags": ["stays", "buys"],
    }
)
NUMBER = Schema.model_validate({"task": "regression", "target": "t", "features": FEATURES})
SHARES = np.array([[0.25, 0.75], [0.5, 0.5]])
NUMBERS = np.array([[3.5], [-1.0]])
ROWS: list[dict[str, Any]] = [{"a b": 1.0}, {"a b": 2}]

ANSWERS: list[tuple[Schema, Outputs, dict[str, Any]]] = [
    (
        CLASSES,
        SHARES,
        {
            "/api/predict": {"stays": 0.25, "buys": 0.75},
            "/api/predictions": [{"class_name": "will buy"}, {"class_name": "will stay"}],
            "/api/proba_predictions": [
                {"class_names": ["will stay", "will buy"], "probabilities": [0.25, 0.75]},
                {"class_names": ["will stay", "will buy"], "probabilities": [0.5, 0.5]},
            ],
            "/score": {"result": ["will buy", "will stay"]},
        },
    ),
    (
        NUMBER,
        NUMBERS,
        {
            "/api/predict": {"prediction": 3.5},
            "/api/predictions": [{"prediction": 3.5}, {"prediction": -1.0}],
            "/score": {"result": [3.5, -1.0]},
        },
    ),
]


@pytest.mark.parametrize(("schema", "outputs", "answers"), ANSWERS)
def test_each_answers_the_outputs_as_its_type_says(
    schema: Schema, outputs: Outputs, answers: dict[str, Any]
) -> None:
    routes = prediction_routes(schema, 10)
    assert {route.path: route.answer_by(outputs) for route in routes} == answers
    assert [path for path in PATHS if path in answers] == [route.path for route in routes]
    for route in routes:
        TypeAdapter(route.response).validate_python(answers[route.path])


def test_a_score_as_text_holds_the_same() -> None:
    *_, plain = prediction_routes(CLASSES, 10)
    *_, text = prediction_routes(CLASSES, 10, score_as_text=True)
    assert (plain.as_text, text.as_text) == (False, True)
    assert text.answer_by(SHARES) == '{"result": ["will buy", "will stay"]}'
    TypeAdapter(text.response).validate_python(text.answer_by(SHARES))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/predict", b'{"a b": 1.0}'),
        ("/api/predictions", b'[{"a b": 1.0}, {"a b": 2}]'),
        ("/api/proba_predictions", b'[{"a b": 1.0}, {"a b": 2}]'),
        ("/score", b'{"data": [{"a b": 1.0}, {"a b": 2}]}'),
    ],
)
def test_each_takes_rows_in_its_shape_and_no_other(path: str, body: bytes) -> None:
    for route in prediction_routes(CLASSES, 10):
        found = route.read(body)
        takes = type(route.request) is type(_route(path).request)
        assert isinstance(found, list) == takes, (route.path, found)
        if takes:
            assert found == ROWS[: route.request.most_rows]


@pytest.mark.parametrize(("most", "said"), [(10, "10 rows"), (1, "1 row")])
@pytest.mark.parametrize("path", PATHS)
def test_its_example_fits_and_a_row_more_than_allowed_does_not(
    path: str, most: int, said: str
) -> None:
    route = _route(path, most)
    TypeAdapter(route.request.documented).validate_python(route.example)
    if path == "/api/predict":  # which is about one, without a list
        return
    refusal = route.read(str(route.request.holding(ROWS * 6)).replace("'", '"').encode())
    assert isinstance(refusal, Refusal)
    assert refusal.detail.endswith(f"must have at most {said} in one request")


def _route(path: str, most: int = 10) -> PredictionRoute:
    return next(route for route in prediction_routes(CLASSES, most) if route.path == path)
