"""A key that stands twice is refused by its name, whatever else is in a request."""

import json
from collections.abc import Sequence
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import from_json

from model_runtime.bundle.schema import Schema
from model_runtime.contract.problems import Refusal
from model_runtime.contract.read_json import demand_once
from model_runtime.contract.route import PredictionRoute
from model_runtime.contract.routes import prediction_routes
from model_runtime.testing.service import Service

SCHEMA = Schema.model_validate(
    {
        "task": "regression",
        "target": "t",
        "id": "ID",
        "features": [
            {"name": "a:b", "type": "number", "optional": True, "example": 1},
            {"name": 'say ":"', "type": "text", "example": "x"},
            {
                "name": "kind",
                "type": "category",
                "labels": ["12:30", " :", ":", "3"],
                "example": "3",
            },
        ],
    }
)
ROUTES = {route.path: route for route in prediction_routes(SCHEMA, 1_000)}
Pairs = list[tuple[str, Any]]

TEXTS = st.text(st.sampled_from(':" \\\t\n,{}aé😀') | st.characters(codec="utf-8"), max_size=12)
ROWS = st.fixed_dictionaries(
    {'say ":"': TEXTS.filter(str.strip), "kind": st.sampled_from(["12:30", " :", ":", "3", 3])},
    optional={"a:b": st.floats(-1e9, 1e9) | st.none(), "ID": TEXTS | st.integers(0, 9)},
)
SPACES = st.text(" \t\n\r", max_size=2)


def written(pairs: Pairs, space: str, plain: bool) -> str:
    """Return an object as JSON, with white space around its colons, and its escapes or none."""

    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=plain)

    members = [f"{text(key)}{space}:{space}{text(value)}" for key, value in pairs]
    return f"{{{space}{','.join(members)}{space}}}"


def refusal(route: PredictionRoute, body: str) -> tuple[int | None, str | None] | None:
    """Return row and field of the repeated key that a body is refused for, if it is."""
    try:
        route.parse(body.encode())
    except Refusal as refused:
        (error,) = refused.errors
        assert (refused.status, error.reason) == (422, "stands twice")
        return error.row, error.field
    return None


@settings(deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=4), SPACES, st.booleans(), st.data())
def test_each_repeated_key_is_refused_and_nothing_else(
    rows: list[dict[str, Any]], space: str, plain: bool, data: st.DataObject
) -> None:
    objects: list[Pairs] = [list(row.items()) for row in rows]
    assert refusals(objects, space, plain) == [None, None]
    assert refusal(ROUTES["/api/predict"], written(objects[0], space, plain)) is None
    place = data.draw(st.integers(0, len(objects) - 1))
    key, value = data.draw(st.sampled_from(objects[place]))
    objects[place].insert(data.draw(st.integers(0, len(objects[place]))), (key, value))
    assert refusals(objects, space, plain) == [(place, key), (place, key)]
    one = written(objects[place], space, plain)
    assert refusal(ROUTES["/api/predict"], one) == (None, key)


def refusals(objects: Sequence[Pairs], space: str, plain: bool) -> list[Any]:
    rows = f"[{','.join(written(pairs, space, plain) for pairs in objects)}]"
    around = f'{{"data"{space}:{space}{rows}}}'
    return [
        refusal(ROUTES["/api/predictions"], rows),
        refusal(ROUTES["/score"], around),
    ]


ROW = '{"say \\":\\"": "x", "kind": "3"}'


def test_a_list_that_stands_twice_is_refused() -> None:
    assert refusal(ROUTES["/score"], f'{{"data": [{ROW}], "data": [{ROW}]}}') == (None, "data")


def test_it_is_the_cause_that_is_told_where_one_of_the_values_is_wrong() -> None:
    for values in ('"wrong", "a:b": 1', '1, "a:b": "wrong"'):
        body = ROW.replace("{", f'{{"a:b": {values}, ')
        assert refusal(ROUTES["/api/predict"], body) == (None, "a:b")


def test_a_row_of_a_file_may_have_unknown_fields_with_colons() -> None:
    for more in ('{"a": ":", "b" : [{"c":1}]}, "other": 1', '":", "other": "a:b"', '"\\" :"'):
        line = ROW.replace("}", f', "more": {more}}}').encode()
        demand_once(line, len(from_json(line)))


def test_a_service_names_it(service: Service) -> None:
    name = next(iter(service.example))
    body = json.dumps([service.example] * 2).replace("[{", f"[{{{json.dumps(name)}: 0, ")
    headers = {"content-type": "application/json"}
    answer: httpx.Response = service.client.post("/api/predictions", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": name, "row": 0, "reason": "stands twice"}]
