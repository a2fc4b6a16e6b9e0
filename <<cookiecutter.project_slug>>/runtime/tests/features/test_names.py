"""Names for people, in features.yaml and in the API's description; programs' names stay."""

from typing import Any

import pandas as pd
import pytest
from pydantic import TypeAdapter, ValidationError

from model_runtime.contract.routes import Predict, Predictions, prediction_routes
from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.humanised import humanised
from model_runtime.training.resolve import resolve_schema

MONTHS = {"1": "January", "2": "February"}
FILE: dict[str, Any] = {
    "target": "days_late",
    "task": "regression",
    "answer": {"label": "Delay", "unit": "days", "description": "Until it is paid"},
    "features": [
        {"name": "paid_before", "type": "boolean", "names": {"true": "In time"}},
        {"name": "month", "type": "integer", "label": "Month of the bill", "names": MONTHS},
        {"name": "kind", "type": "category", "group": "Customer", "names": {"p": "Private"}},
        {"name": "reminders", "type": "integer", "leaks": True},
    ],
}
ROWS = pd.DataFrame(
    {"paid_before": [1.0, 0.0], "month": [1.0, 2.0], "kind": ["q", "r"], "reminders": [1.0, 2.0]}
)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sepal_length", "Sepal length"),
        ("sepalLength", "Sepal length"),
        ("emp.var.rate", "Emp var rate"),
        ("patient_BMI", "Patient BMI"),
        ("not caught", "Not caught"),
        ("Größe", "Größe"),
        ("__", "__"),
    ],
)
def test_a_name_is_written_as_people_do(name: str, said: str) -> None:
    assert humanised(name) == said


def described(features: dict[str, Any], route: type, classes: list[str]) -> dict[str, Any]:
    """Return the JSON Schemas of a route's request and answer, by their names."""
    schema = resolve_schema(Features.model_validate(features), ROWS, classes)
    found = next(each for each in prediction_routes(schema, 10) if isinstance(each, route))
    asked, said = (
        TypeAdapter(kind).json_schema() for kind in (found.request.documented, found.response)
    )
    return {"asked": asked, "said": said}


def test_the_description_has_what_people_say() -> None:
    found = described(FILE, Predict, [])
    asked, said = found["asked"]["properties"], found["said"]["properties"]
    assert list(asked) == ["paid_before", "month", "kind", "reminders"]
    assert [each["title"] for each in asked.values()] == [
        "Paid before",
        "Month of the bill",
        "Kind",
        "Reminders",
    ]
    assert asked["paid_before"]["x-names"] == {"true": "In time"}
    assert asked["month"]["x-names"] == MONTHS
    assert asked["kind"]["x-group"] == "Customer"
    assert asked["reminders"]["x-leaks"] is True
    assert said["prediction"]["title"] == "Delay"
    assert said["prediction"]["description"] == "Until it is paid [days]"


def test_a_name_of_a_label_that_the_data_lack_is_left_out() -> None:
    assert "x-names" not in described(FILE, Predict, [])["asked"]["properties"]["kind"]


def test_classes_are_told_by_their_names_and_answered_by_their_flags() -> None:
    names = {"yes": "Will be paid"}
    file = FILE | {"task": "classification", "answer": {"label": "Paid?", "names": names}}
    said = described(file, Predict, ["no", "yes"])["said"]["properties"]
    assert {flag: each["title"] for flag, each in said.items()} == {
        "no_proba": "No",
        "yes_proba": "Will be paid",
    }
    many = described(file, Predictions, ["no", "yes"])["said"]["$defs"]["PredictedClass"]
    assert many["properties"]["class_name"]["title"] == "Paid?"
    assert many["properties"]["class_name"]["enum"] == ["no", "yes"]


def test_a_name_for_a_class_that_there_is_not_is_refused() -> None:
    file = FILE | {"task": "classification", "answer": {"names": {"maybe": "Perhaps"}}}
    with pytest.raises(ProjectError, match=r"answer\.names: 'maybe' is none of the classes"):
        described(file, Predict, ["no", "yes"])


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        ({"type": "number", "names": MONTHS}, "is a number, which has no names"),
        ({"type": "text", "example": "", "names": MONTHS}, "is a text, which has no names"),
        ({"type": "integer", "max": 1, "names": MONTHS}, "a name for '2', which must be at most"),
        ({"type": "boolean", "names": {"maybe": "Perhaps"}}, "'maybe', which must be true or"),
        ({"type": "category", "labels": ["a"], "names": {"b": "B"}}, "'b', which is not a label"),
        ({"type": "number", "label": ""}, "label"),
    ],
)
def test_names_that_do_not_fit_are_refused(feature: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Features.model_validate(FILE | {"features": [{"name": "x", **feature}]})


@pytest.mark.parametrize(
    ("task", "answer", "said"),
    [
        ("regression", {"names": {"a": "A"}}, "names are of a classification"),
        ("classification", {"unit": "days"}, "unit is a regression's"),
    ],
)
def test_an_answer_fits_its_task(task: str, answer: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Features.model_validate(FILE | {"task": task, "answer": answer})
