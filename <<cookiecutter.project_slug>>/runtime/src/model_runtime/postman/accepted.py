"""Requests that fit the model: the example, every label, every bound, what may be left out."""

import json
from collections.abc import Iterator

import numpy as np

from ..bundle.read import Bundle
from ..bundle.schema import Schema
from ..contract.route import PredictionRoute
from .cases import Case, Row, posted
from .scripts import as_trained, predicted, with_contributions

ROWS = 3
MOST_LABELS = 1_000
_LABELS_IN_ONE = 100


def accepted(bundle: Bundle, routes: list[PredictionRoute], max_rows: int) -> list[Case]:
    """Return requests that get a prediction from each route.

    Args:
        bundle: The model that is asked.
        routes: Its prediction routes; the first takes one row, the others lists.
        max_rows: Most rows in one request.
    """
    one, *lists = routes
    schema = bundle.schema
    rows = [*_variants(schema), *_bounds(schema)]
    return [
        *(_self_test(bundle, route) for route in routes),
        *(posted(one, name, [row], predicted(schema, one, 1)) for name, row in rows),
        *_labels(schema, lists, min(_LABELS_IN_ONE, max_rows)),
    ]


def explained(schema: Schema, route: PredictionRoute) -> list[Case]:
    """Return requests whose answers are explained."""
    return [
        posted(route, name, [row], with_contributions(schema)) for name, row in _variants(schema)
    ]


def _self_test(bundle: Bundle, route: PredictionRoute) -> Case:
    test = bundle.metadata.self_test
    rows = min(ROWS, route.request.most_rows)
    answer = route.answer_by(np.array([test.outputs] * rows))
    expected = json.loads(answer) if route.as_text else answer
    tests = [*predicted(bundle.schema, route, rows), *as_trained(expected)]
    return posted(route, "the self-test", [test.request] * rows, tests)


def _variants(schema: Schema) -> Iterator[tuple[str, Row]]:
    example = dict(schema.example)
    yield "the example", example
    if schema.id:
        yield f"with {schema.id}, an ID", {**example, schema.id: "postman-1"}
    if optional := [feature.name for feature in schema.features if feature.optional]:
        rest = {name: value for name, value in example.items() if name not in optional}
        yield "without what is optional", rest
        yield "null for what is optional", {**example, **dict.fromkeys(optional)}


def _bounds(schema: Schema) -> Iterator[tuple[str, Row]]:
    for feature in schema.features:
        for value in feature.rule.outermost():
            row = {**schema.example, feature.name: value}
            yield f"{feature.name} is {str(value).lower()}", row


def _labels(schema: Schema, lists: list[PredictionRoute], most: int) -> Iterator[Case]:
    """Ask for each label of each category, in lists, by the routes in turn."""
    for feature in schema.features:
        labels = (feature.labels or [])[:MOST_LABELS]
        for k, start in enumerate(range(0, len(labels), most)):
            part = labels[start : start + most]
            route = lists[k % len(lists)]
            rows = [{**schema.example, feature.name: label} for label in part]
            name = f"{feature.name} is {part[0]} … {part[-1]}"
            yield posted(route, name, rows, predicted(schema, route, len(rows)))
