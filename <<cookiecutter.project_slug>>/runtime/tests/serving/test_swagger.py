"""Both descriptions of the API: OpenAPI 3.1, and 3.0 for tools that were made before it."""

from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from model_runtime.serving.swagger import older
from model_runtime.testing.service import Service

TASKS = ("classification", "regression")


@pytest.fixture(scope="module")
def swagger(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = service.client.get("/swagger.json").json()
    return found


def test_each_is_valid_in_its_own_version(service: Service, swagger: dict[str, Any]) -> None:
    assert service.openapi["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(service.openapi).validate()
    assert swagger["openapi"].startswith("3.0.")
    OpenAPIV30SpecValidator(swagger).validate()


def test_the_older_one_says_where_the_service_is(swagger: dict[str, Any]) -> None:
    assert swagger["servers"] == [{"url": "/"}]


def test_both_have_the_same_routes_and_types(service: Service, swagger: dict[str, Any]) -> None:
    new = service.openapi
    assert swagger["info"] == new["info"]
    assert list(swagger["paths"]) == list(new["paths"])
    for path, operations in new["paths"].items():
        for method, operation in operations.items():
            other = swagger["paths"][path][method]
            assert other["operationId"] == operation["operationId"]
            assert list(other["responses"]) == list(operation["responses"])
    schemas = swagger["components"]["schemas"]
    assert list(schemas) == list(new["components"]["schemas"])
    names = list(new["components"]["schemas"]["Features"]["properties"])
    assert list(schemas["Features"]["properties"]) == names


def test_examples_stay_as_they_are(service: Service, swagger: dict[str, Any]) -> None:
    for path in ("/api/predict", "/api/predictions", "/score"):
        for part in ("requestBody", "responses"):
            new, old = (each["paths"][path]["post"][part] for each in (service.openapi, swagger))
            new, old = (each.get("200", each)["content"]["application/json"] for each in (new, old))
            assert (old.get("examples"), old.get("example")) == (
                new.get("examples"),
                new.get("example"),
            )
    features = swagger["components"]["schemas"]["Features"]
    assert features["example"] == service.example


def test_the_older_one_takes_what_the_service_takes(
    service: Service, swagger: dict[str, Any]
) -> None:
    features = swagger["components"]["schemas"]["Features"]
    fits = OAS30Validator(features).is_valid
    assert fits(service.example)
    for name in features["properties"]:
        for row in (
            {**service.example, name: None},
            {**service.example, name: {}},
            {key: value for key, value in service.example.items() if key != name},
        ):
            taken = service.post("/api/predict", row).status_code == 200
            assert fits(row) == taken, row
    assert not fits({**service.example, "?": 1})


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ({"const": "alive", "type": "string"}, {"enum": ["alive"], "type": "string"}),
        ({"type": "number", "examples": [3]}, {"type": "number", "example": 3}),
        ({"type": "string", "examples": []}, {"type": "string"}),
        (
            {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            {
                "type": "number",
                "minimum": 0,
                "exclusiveMinimum": True,
                "maximum": 1,
                "exclusiveMaximum": True,
            },
        ),
        (
            {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}], "title": "Age"},
            {"type": "number", "minimum": 0, "title": "Age", "nullable": True},
        ),
        (
            {"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]},
            {"type": "string", "enum": ["a", None], "nullable": True},
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
            {
                "anyOf": [
                    {"type": "string", "nullable": True},
                    {"type": "integer", "nullable": True},
                ]
            },
        ),
        (
            {"type": ["string", "integer"], "maxLength": 9},
            {"maxLength": 9, "anyOf": [{"type": "string"}, {"type": "integer"}]},
        ),
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"type": "array", "items": {"const": 1}}, {"type": "array", "items": {"enum": [1]}}),
        (
            {"properties": {"const": {"const": 1}, "examples": {"type": "array", "items": True}}},
            {"properties": {"const": {"enum": [1]}, "examples": {"type": "array", "items": {}}}},
        ),
        ({"additionalProperties": False}, {"additionalProperties": False}),
        ({"additionalProperties": True}, {"additionalProperties": True}),
        (
            {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]},
            {"anyOf": [{"$ref": "#/components/schemas/A"}, {"enum": [None], "nullable": True}]},
        ),
        ({"additionalProperties": {"const": 1}}, {"additionalProperties": {"enum": [1]}}),
        ({"default": {"const": 1}}, {"default": {"const": 1}}),
    ],
)  # fmt: skip
def test_a_schema_is_said_in_the_older_words(new: dict[str, Any], old: dict[str, Any]) -> None:
    described = {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"A": new}}}
    assert older(described)["components"]["schemas"]["A"] == old


def test_examples_may_have_keywords_for_names() -> None:
    example = {"schema": {"const": 1}, "type": ["a"]}
    media = {"schema": {"const": 1}, "example": example, "examples": {"one": {"value": example}}}
    described = {
        "openapi": "3.1.0",
        "paths": {"/": {"post": {"requestBody": {"content": {"application/json": media}}}}},
    }
    found = older(described)["paths"]["/"]["post"]["requestBody"]["content"]["application/json"]
    assert found == {**media, "schema": {"enum": [1]}}
