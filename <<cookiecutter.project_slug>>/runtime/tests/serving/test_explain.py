"""Explanations by a running service: typed and refused as predictions are, but no such."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from model_runtime.bundle.read import Bundle
from model_runtime.testing.service import Service, running

from ..support.reloading import wait_for
from ..support.wire import POST, answers, wire

TASKS = ("classification", "regression")


@pytest.fixture(scope="session")
def log(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a service that explains."""
    return tmp_path_factory.mktemp("explaining") / "log"


@pytest.fixture(scope="session")
def explaining(trained: Path, log: Path) -> Iterator[Service]:
    """A service that explains."""
    with running(trained / "model_bin", log, SERVING__EXPLAIN="true") as service:
        service.wait("/readyz")
        yield service


def test_an_explanation_has_the_answer_and_each_features_part(
    explaining: Service, bundle: Bundle
) -> None:
    answer = explaining.post("/api/explain", explaining.example)
    assert answer.headers["x-model-version"] == str(bundle.metadata.version)
    found = answer.json()
    outputs = bundle.metadata.self_test.outputs
    if bundle.schema.classes:
        assert found["class_name"] == bundle.schema.classes[int(np.argmax(outputs))]
        assert found["probability"] == pytest.approx(max(outputs), abs=1e-5)
    else:
        assert found["prediction"] == pytest.approx(outputs[0], rel=1e-5)
    parts = {each["feature"]: each["contribution"] for each in found["contributions"]}
    assert sorted(parts) == sorted(feature.name for feature in bundle.schema.features)
    sizes = [abs(part) for part in parts.values()]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0
    assert np.isfinite(sizes).all()


def test_a_missing_value_has_its_part_too(explaining: Service, bundle: Bundle) -> None:
    optional = [feature.name for feature in bundle.schema.features if feature.optional]
    row = {name: value for name, value in explaining.example.items() if name not in optional}
    found = explaining.post("/api/explain", row).json()
    assert set(optional) < {each["feature"] for each in found["contributions"]}


def test_it_is_neither_logged_nor_counted_as_a_prediction(explaining: Service, log: Path) -> None:
    def told() -> set[str]:
        lines = explaining.client.get("/metrics").text.splitlines()
        return {line for line in lines if line.startswith("predictions_total")}

    def asked(route: str) -> None:
        headers = {"X-Request-ID": f"an-{route}"}
        answer = explaining.client.post(f"/api/{route}", json=explaining.example, headers=headers)
        assert answer.is_success, answer.text

    before = told()
    asked("explain")
    assert told() == before
    series = 'http_requests_total{method="POST",route="/api/explain",status="200"} '
    text = explaining.client.get("/metrics").text
    assert float(text.split(series)[1].split("\n")[0]) > 0, "it is a request like all others"
    asked("predict")
    assert told() != before
    wait_for(lambda: "an-predict" in log.read_text("utf-8"), "the prediction's line")
    assert "an-explain" not in log.read_text("utf-8")


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 422), (b"{}", 422)])
def test_it_refuses_as_predictions_are_refused(
    explaining: Service, body: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json", "X-Request-ID": "r"}
    found, same = (
        explaining.client.post(path, content=body, headers=headers)
        for path in ("/api/explain", "/api/predict")
    )
    assert (found.status_code, found.json()) == (status, same.json())
    assert found.headers["content-type"] == "application/problem+json"


def test_both_descriptions_have_it_with_a_real_example(explaining: Service, bundle: Bundle) -> None:
    new, old = explaining.openapi, explaining.client.get("/swagger.json").json()
    OpenAPIV31SpecValidator(new).validate()
    OpenAPIV30SpecValidator(old).validate()
    schemas = new["components"]["schemas"]
    names = schemas["Contribution"]["properties"]["feature"]["enum"]
    assert names == [feature.name for feature in bundle.schema.features]
    described = new["paths"]["/api/explain"]["post"]
    request = described["requestBody"]["content"]["application/json"]
    assert request["schema"] == {"$ref": "#/components/schemas/Features"}
    example = described["responses"]["200"]["content"]["application/json"]["example"]
    answer = explaining.post("/api/explain", request["examples"]["example"]["value"]).json()
    parts, found = (
        {each["feature"]: each["contribution"] for each in one["contributions"]}
        for one in (example, answer)
    )
    assert parts == pytest.approx(found, abs=1e-5)


def test_without_the_setting_there_is_no_such_route(service: Service) -> None:
    assert service.post("/api/explain", service.example).status_code == 404
    assert "/api/explain" not in service.openapi["paths"]
    assert "Explanation" not in service.openapi["components"]["schemas"]


def test_a_client_that_ends_its_side_is_told_so_or_answered(explaining: Service) -> None:
    body = json.dumps(explaining.example).encode()
    head = POST.replace(b"predict", b"explain") + b"Content-Length: %d\r\n\r\n" % len(body)
    with wire(explaining) as connection:
        connection.send(head, body).socket.shutdown(socket.SHUT_WR)
        (found,) = answers(connection.rest())
    assert found.status in (200, 499)
    assert found.headers["connection"] == "close"
