"""The prediction routes of one bundle: their requests and answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field, create_model

from ..bundle.schema import Schema
from ..tasks import Outputs, TaskName, class_indices
from . import models
from .findings import Row, RowType
from .problems import Refusal, invalid
from .read_json import read_json
from .repeated import demand_once
from .requests import Data, Many, One, Shape

Answer = Callable[[Outputs], Any]

_SMALL = 16 * 1024
"""Bytes up to which a key that stands twice is looked for even where a request does not fit."""


class Unfit(Exception):
    """A request that does not fit; why is found when it is asked for."""

    def __init__(self, shape: Shape, sent: Any) -> None:
        """Keep what was sent."""
        super().__init__()
        self._shape, self._sent = shape, sent

    def refusal(self) -> Refusal:
        """Find what is wrong."""
        return invalid(self._shape.findings(self._sent))


@dataclass(frozen=True)
class Operation:
    """A prediction route: its documentation, its request and its answer."""

    path: str
    summary: str
    description: str
    request: Any
    example: Any
    response: Any
    shape: Shape
    answer: Answer
    as_text: bool = False
    """Set where the answer is a text that holds JSON."""

    def parse(self, body: bytes) -> list[Row]:
        """Return the rows of a request.

        Raises:
            Refusal: The body is no JSON, or far too much of it, or a key stands twice.
            Unfit: It is JSON of another shape, or with values that do not fit.
        """
        sent = read_json(body, self.shape.most_rows)
        rows = self.shape.rows(sent)
        if rows is not None:
            demand_once(body, self.shape.keys(sent))
            return rows
        if len(body) <= _SMALL:
            demand_once(body)
        raise Unfit(self.shape, sent)

    def read(self, body: bytes) -> list[Row] | Refusal:
        """Return the rows of a request, or all that there is to say against it.

        Raises:
            Refusal: The body is no JSON, or far too much of it, or a key stands twice.
        """
        try:
            return self.parse(body)
        except Unfit as unfit:
            return unfit.refusal()


def operations(schema: Schema, max_rows: int, score_as_text: bool = False) -> list[Operation]:
    """Return the prediction routes of a bundle.

    Args:
        schema: The bundle's.
        max_rows: Most rows in one request.
        score_as_text: Whether /score answers a text that holds JSON.
    """
    row = models.request_model(schema)
    rows = Annotated[list[row], Field(min_length=1, max_length=max_rows)]  # type: ignore[valid-type]
    data = create_model("Data", __config__=row.model_config | {"title": "Data"}, data=(rows, ...))
    example = schema.example
    kind = RowType(schema)
    one = (row, example, One(kind))
    many = (rows, [example], Many(kind, max_rows))
    azure = (data, {"data": [example]}, Data(kind, max_rows))
    predict, predictions, probabilities, score = _ANSWERS[schema.task](schema)
    found = [
        _operation("/api/predict", "Predict one", one, predict),
        _operation("/api/predictions", "Predict many", many, predictions),
        _score(_operation("/score", "Predict many, as Azure ML", azure, score), score_as_text),
    ]
    if probabilities:
        path, summary = "/api/proba_predictions", "Predict many, all probabilities"
        found.insert(2, _operation(path, summary, many, probabilities))
    return found


def _operation(
    path: str,
    summary: str,
    asked: tuple[Any, Any, Shape],
    answered: tuple[Any, str, Answer],
) -> Operation:
    request, example, shape = asked
    response, description, answer = answered
    return Operation(path, summary, description, request, example, response, shape, answer)


def _score(operation: Operation, as_text: bool) -> Operation:
    """Return /score as it is asked for; Azure ML's older services answered `json.dumps(…)`."""
    if not as_text:
        return operation
    return replace(
        operation,
        description=f"{operation.description} The answer is a text that holds JSON.",
        response=models.Text,
        answer=lambda outputs: json.dumps(operation.answer(outputs)),
        as_text=True,
    )


def _numbers(schema: Schema) -> tuple[Any, Any, Any, Any]:
    def numbers(outputs: Outputs) -> list[float]:
        return outputs[:, 0].tolist()  # type: ignore[no-any-return]

    prediction = models.prediction_model(schema)
    about = f"Answers {schema.target}"
    return (
        (prediction, f"{about}.", lambda outputs: {"prediction": numbers(outputs)[0]}),
        (
            list[prediction],  # type: ignore[valid-type]
            f"{about} of each row.",
            lambda outputs: [{"prediction": number} for number in numbers(outputs)],
        ),
        None,
        (
            models.score_model(schema),
            f"{about} of each row.",
            lambda outputs: {"result": numbers(outputs)},
        ),
    )


def _classes(schema: Schema) -> tuple[Any, Any, Any, Any]:
    names, flags = schema.classes, schema.flags

    def labels(outputs: Outputs) -> list[str]:
        return [names[k] for k in class_indices(outputs)]

    return (
        (
            models.probability_model(schema),
            "Answers the probability of each class by its flag.",
            lambda outputs: dict(zip(flags, outputs[0].tolist(), strict=True)),
        ),
        (
            list[models.class_model(schema)],  # type: ignore[misc]
            "Answers the most likely class of each row.",
            lambda outputs: [{"class_name": name} for name in labels(outputs)],
        ),
        (
            list[models.classes_model(schema)],  # type: ignore[misc]
            "Answers all classes and their probabilities for each row.",
            lambda outputs: [
                {"class_names": names, "probabilities": probabilities}
                for probabilities in outputs.tolist()
            ],
        ),
        (
            models.score_model(schema),
            "Answers the most likely class of each row.",
            lambda outputs: {"result": labels(outputs)},
        ),
    )


_ANSWERS: dict[TaskName, Callable[[Schema], tuple[Any, Any, Any, Any]]] = {
    "classification": _classes,
    "regression": _numbers,
}
