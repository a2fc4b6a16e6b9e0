"""Whatever a client sends, it gets a clear refusal and never a failure."""

import json
from typing import Any

import httpx
import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.features import Feature
from model_runtime.testing.service import Service

TASKS = ("classification", "regression")


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Return a problem's body, once it is one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["request_id"] == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
    return body


def first(bundle: Bundle, *types: str) -> Feature:
    """Return the first feature of one of the types, or skip the test."""
    for feature in bundle.schema.features:
        if feature.type in types:
            return feature
    pytest.skip(f"no feature of this use case is a {' or '.join(types)}")


def with_raw(service: Service, name: str, raw: str) -> bytes:
    """Return the example with one value replaced by JSON text as it stands."""
    row = {**service.example, name: "@"}
    return json.dumps(row).replace('"@"', raw).encode()


def send(service: Service, path: str, body: bytes) -> httpx.Response:
    return service.client.post(path, content=body, headers={"content-type": "application/json"})


@pytest.mark.parametrize("raw", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9" * 400])
def test_a_number_that_is_not_finite_is_named(service: Service, bundle: Bundle, raw: str) -> None:
    feature = first(bundle, "number", "integer")
    answer = send(service, "/api/predict", with_raw(service, feature.name, raw))
    (error,) = refused(answer, 422)["errors"]
    assert (error["field"], error["reason"]) == (feature.name, "must be a finite number")


@pytest.mark.parametrize("raw", ['"3"', "true", "[1]", "{}", "false"])
def test_a_number_of_another_type_is_named(service: Service, bundle: Bundle, raw: str) -> None:
    feature = first(bundle, "number", "integer")
    answer = send(service, "/api/predict", with_raw(service, feature.name, raw))
    (error,) = refused(answer, 422)["errors"]
    assert (error["field"], error["reason"]) == (feature.name, "must be a number")


def test_a_fraction_is_no_integer_but_a_whole_float_is(service: Service, bundle: Bundle) -> None:
    feature = first(bundle, "integer")
    whole = with_raw(service, feature.name, f"{feature.example}.0")
    assert send(service, "/api/predict", whole).status_code == 200
    half = with_raw(service, feature.name, f"{feature.example}.5")
    (error,) = refused(send(service, "/api/predict", half), 422)["errors"]
    assert (error["field"], error["reason"]) == (feature.name, "must be a whole number")


def test_a_number_out_of_bounds_is_told_the_bound(service: Service, bundle: Bundle) -> None:
    feature, most = next(
        (each, most) for each in bundle.schema.features if (most := each.bounds[1]) is not None
    )
    answer = service.post("/api/predict", {**service.example, feature.name: most + 1})
    (error,) = refused(answer, 422)["errors"]
    assert error["reason"] == f"must be at most {most:g}"


def test_an_unknown_label_is_told_the_nearest(service: Service, bundle: Bundle) -> None:
    feature = first(bundle, "category")
    assert feature.labels
    wanted = feature.labels[-1]
    misspelt = f"{wanted.upper()}e"
    answer = service.post("/api/predict", {**service.example, feature.name: misspelt})
    (error,) = refused(answer, 422)["errors"]
    assert (error["field"], error["value"]) == (feature.name, misspelt)
    assert error["allowed"][0] == wanted


def test_a_missing_required_field_is_named(service: Service, bundle: Bundle) -> None:
    features = bundle.schema.features
    required = next((feature.name for feature in features if not feature.optional), None)
    if required is None:
        pytest.skip("all features of this use case are optional")
    row = {name: value for name, value in service.example.items() if name != required}
    (error,) = refused(service.post("/api/predict", row), 422)["errors"]
    assert error == {"field": required, "reason": "is required"}


def test_a_misspelt_field_is_told_the_right_one(service: Service, bundle: Bundle) -> None:
    name = bundle.schema.features[0].name
    answer = service.post("/api/predict", {**service.example, f"{name}_": 1})
    (error,) = refused(answer, 422)["errors"]
    assert (error["field"], error["allowed"][0]) == (f"{name}_", name)


def test_a_wrong_id_is_named_once(service: Service, bundle: Bundle) -> None:
    name = bundle.schema.id
    if not name:
        pytest.skip("this use case has no id")
    (error,) = refused(service.post("/api/predict", {**service.example, name: [1]}), 422)["errors"]
    assert (error["field"], error["reason"]) == (name, "must be a text")


def test_a_wrong_row_in_a_list_is_numbered(service: Service) -> None:
    answer = service.post("/api/predictions", [service.example, {"?": 1}, service.example])
    assert {error["row"] for error in refused(answer, 422)["errors"]} == {1}


@pytest.mark.parametrize(
    ("path", "empty"), [("/api/predictions", []), ("/score", {"data": []}), ("/score", {})]
)
def test_an_empty_list_is_refused(service: Service, path: str, empty: Any) -> None:
    refused(service.post(path, empty), 422)


def test_a_list_over_the_limit_is_told_the_limit(service: Service) -> None:
    body = b"[" + b",".join([b"{}"] * 1001) + b"]"
    assert "1,000 rows" in refused(send(service, "/api/predictions", body), 422)["detail"]


@pytest.mark.parametrize("path", ["/api/predict", "/api/predictions", "/score"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a":1,}', b"[" * 5000, b'"\\ud800"'])
def test_invalid_json_is_told_where(service: Service, path: str, body: bytes) -> None:
    detail = refused(send(service, path, body), 400)["detail"]
    assert "column" in detail


@pytest.mark.parametrize("body", [b"null", b"1", b'"a"', b"true"])
def test_json_of_another_shape_is_refused(service: Service, body: bytes) -> None:
    for path in ("/api/predict", "/api/predictions", "/score"):
        refused(send(service, path, body), 422)


def test_a_body_of_ten_megabytes_is_told_the_limit(service: Service) -> None:
    body = b"[" + b" " * 10_000_000 + b"]"
    assert "1,048,576 bytes" in refused(send(service, "/api/predict", body), 413)["detail"]
    assert service.client.get("/readyz").status_code == 200


def test_a_body_that_says_it_is_no_json_is_refused(service: Service) -> None:
    answer = service.client.post("/api/predict", data={"a": "b"})
    assert "Content-Type" in refused(answer, 415)["detail"]


def test_a_thousand_wrong_rows_get_a_short_answer(service: Service) -> None:
    answer = service.post("/api/predictions", [{"x": "y" * 500}] * 1000)
    assert len(refused(answer, 422)["errors"]) == 10
    assert len(answer.content) < 20_000
