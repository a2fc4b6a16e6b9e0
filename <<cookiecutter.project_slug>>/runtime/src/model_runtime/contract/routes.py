"""The four prediction routes: what each takes, and what it answers."""

import json
from collections.abc import Sequence
from typing import Any

from ..bundle.schema import Schema
from ..tasks import Outputs
from . import responses
from .findings import RowType
from .requests import Data, Many, One
from .route import PredictionRoute
from .row import request_model


class Predict(PredictionRoute):
    """One row: the probability of each class by its flag, or the number."""

    path, summary = "/api/predict", "Predict one"

    def __init__(self, schema: Schema, request: One) -> None:
        """See `PredictionRoute`."""
        super().__init__(schema, request)
        said = "the probability of each class by its flag" if schema.classes else schema.target
        self.description = f"Answers {said}."
        self.response = responses.row_model(schema)
        self._names = self.task.names(schema.flags)

    def answer(self, outputs: Outputs, values: Sequence[Any]) -> dict[str, float]:
        """See `PredictionRoute`."""
        return dict(zip(self._names, outputs[0].tolist(), strict=True))


class Predictions(PredictionRoute):
    """Many rows: the most likely class of each, or its number."""

    path, summary = "/api/predictions", "Predict many"

    def __init__(self, schema: Schema, request: Many) -> None:
        """See `PredictionRoute`."""
        super().__init__(schema, request)
        self.description = f"Answers {_value(schema)} of each row."
        self.response = list[responses.value_model(schema)]  # type: ignore[misc]
        self._name = "class_name" if schema.classes else "prediction"

    def answer(self, outputs: Outputs, values: Sequence[Any]) -> list[dict[str, Any]]:
        """See `PredictionRoute`."""
        return [{self._name: value} for value in values]


class Probabilities(PredictionRoute):
    """Many rows: all classes and their probabilities; a regression has no such route."""

    path, summary = "/api/proba_predictions", "Predict many, all probabilities"
    description = "Answers all classes and their probabilities for each row."

    def __init__(self, schema: Schema, request: Many) -> None:
        """See `PredictionRoute`."""
        super().__init__(schema, request)
        self.response = list[responses.classes_model(schema)]  # type: ignore[misc]

    def answer(self, outputs: Outputs, values: Sequence[Any]) -> list[dict[str, Any]]:
        """See `PredictionRoute`."""
        names = self.schema.classes
        return [{"class_names": names, "probabilities": row} for row in outputs.tolist()]


class Score(PredictionRoute):
    """Many rows, asked and answered as Azure ML's clients do."""

    path, summary = "/score", "Predict many, as Azure ML"

    def __init__(self, schema: Schema, request: Data, as_text: bool) -> None:
        """See `PredictionRoute`; Azure ML's older services answered a text, `json.dumps(…)`."""
        super().__init__(schema, request)
        self.as_text = as_text
        text = " The answer is a text that holds JSON." if as_text else ""
        self.description = f"Answers {_value(schema)} of each row.{text}"
        self.response = responses.Text if as_text else responses.score_model(schema)

    def answer(self, outputs: Outputs, values: Sequence[Any]) -> Any:
        """See `PredictionRoute`."""
        found = {"result": values}
        return json.dumps(found) if self.as_text else found


PATHS = tuple(route.path for route in (Predict, Predictions, Probabilities, Score))


def prediction_routes(
    schema: Schema, max_rows: int, score_as_text: bool = False
) -> list[PredictionRoute]:
    """Return the prediction routes of a bundle; the first takes one row, the others lists.

    Args:
        schema: The bundle's.
        max_rows: Most rows in one request.
        score_as_text: Whether /score answers a text that holds JSON.
    """
    row, documented = RowType(schema), request_model(schema)
    many = Many(row, documented, max_rows)
    routes: list[PredictionRoute] = [
        Predict(schema, One(row, documented)),
        Predictions(schema, many),
        Score(schema, Data(row, documented, max_rows), score_as_text),
    ]
    if schema.classes:
        routes.insert(2, Probabilities(schema, many))
    return routes


def _value(schema: Schema) -> str:
    return "the most likely class" if schema.classes else schema.target
