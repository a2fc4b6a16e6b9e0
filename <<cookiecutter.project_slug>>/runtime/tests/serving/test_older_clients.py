"""Clients of the services that came before get the answers that they read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from model_runtime.bundle.read import Bundle
from model_runtime.bundle.schema import Schema
from model_runtime.contract.row import request_model
from model_runtime.postman.collection import collection
from model_runtime.settings import read_settings
from model_runtime.testing.service import Service, running

IRIS = Schema.model_validate(
    {
        "task": "regression",
        "target": "t",
        "id": "ID",
        "features": [{"name": "sepal_length", "type": "number", "example": 5.1}],
    }
)


@pytest.fixture(scope="module")
def as_text(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose /score answers as Azure ML's older services did."""
    log = tmp_path_factory.mktemp("as_text") / "log"
    with running(trained / "model_bin", log, SERVING__SCORE_AS_TEXT="true") as service:
        service.wait("/readyz")
        yield service


def test_score_answers_a_text_that_holds_json(service: Service, as_text: Service) -> None:
    asked = {"data": [service.example] * 2}
    plain = service.post("/score", asked)
    answer = as_text.post("/score", asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    # Azure ML's client: json.loads(response.json())["result"]
    assert answer.json() == json.dumps(plain.json())
    assert as_text.post("/score", {"data": []}).json()["status"] == 422
    rows = as_text.post("/api/predictions", asked["data"])
    assert rows.json() == service.post("/api/predictions", asked["data"]).json()


def test_both_descriptions_say_so(as_text: Service) -> None:
    new, old = as_text.openapi, as_text.client.get("/swagger.json").json()
    OpenAPIV31SpecValidator(new).validate()
    OpenAPIV30SpecValidator(old).validate()
    for described in (new, old):
        answer = described["paths"]["/score"]["post"]["responses"]["200"]["content"]
        assert answer["application/json"]["schema"]["type"] == "string"
        assert "result" in json.loads(answer["application/json"]["example"])


def test_the_postman_collection_reads_it(bundle: Bundle) -> None:
    settings = read_settings()
    serving = settings.serving.model_copy(update={"score_as_text": True})
    made = json.dumps(collection(bundle, settings.model_copy(update={"serving": serving})))
    plain = json.dumps(collection(bundle, settings))
    assert "JSON.parse(pm.response.json())" in made
    assert "JSON.parse(pm.response.json())" not in plain


@pytest.mark.parametrize(
    ("sent", "logged"),
    [("42", "42"), ("", ""), (7, "7"), (7.0, "7"), ("ä b", "ä b"), (None, None)],
)
def test_an_id_field_comes_back_in_the_log(sent: Any, logged: str | None) -> None:
    row = request_model(IRIS).model_validate_json(json.dumps({"ID": sent, "sepal_length": 5.1}))
    assert row.__dict__["id"] == logged


def test_an_id_field_may_be_left_out() -> None:
    row = request_model(IRIS).model_validate_json('{"sepal_length": 5.1}')
    assert row.__dict__["id"] is None
