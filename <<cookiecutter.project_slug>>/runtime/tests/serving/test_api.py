"""Every route of a running service."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.testing.service import Service

TASKS = ("classification", "regression")


def test_a_process_that_runs_is_alive(service: Service) -> None:
    assert service.client.get("/livez").json() == {"status": "alive"}
    assert service.client.get("/ping").json() == {"status": "alive", "ping": "pong"}


def test_a_tested_model_is_ready(service: Service) -> None:
    assert service.client.get("/readyz").json() == {"status": "ready"}


def test_info_names_the_model(service: Service, bundle: Bundle) -> None:
    answer = service.client.get("/api/info").json()
    assert answer["status"] == "alive"
    assert answer["metadata"] == bundle.metadata.model_dump(mode="json")


def test_params_are_the_features_and_their_labels(service: Service, bundle: Bundle) -> None:
    lookup = bundle.schema.lookup()
    answer = service.client.get("/api/predict/params").json()
    assert answer == {name: list(labels) if labels else 0 for name, labels in lookup.items()}


def test_predict_answers_in_the_models_words(service: Service, bundle: Bundle) -> None:
    answer = service.post("/api/predict", service.example).json()
    expected = bundle.metadata.self_test.outputs
    assert list(answer) == (bundle.schema.flags or ["prediction"])
    np.testing.assert_allclose(list(answer.values()), expected, rtol=1e-5, atol=1e-5)


def test_predictions_answer_each_row_in_order(service: Service, bundle: Bundle) -> None:
    answers = service.post("/api/predictions", [service.example] * 3).json()
    assert len(answers) == 3
    assert answers[0] == answers[2]
    assert list(answers[0]) == (["class_name"] if bundle.schema.classes else ["prediction"])


def test_proba_predictions_answer_all_classes(service: Service, bundle: Bundle) -> None:
    answer = service.post("/api/proba_predictions", [service.example])
    if not bundle.schema.classes:
        assert answer.status_code == 404
        return
    (row,) = answer.json()
    assert row["class_names"] == bundle.schema.classes
    assert sum(row["probabilities"]) == pytest.approx(1)


def test_score_takes_and_answers_what_azure_mls_clients_do(service: Service) -> None:
    plain = service.post("/api/predictions", [service.example] * 2).json()
    answer = service.post("/score", {"data": [service.example] * 2}).json()
    assert answer == {"result": [next(iter(row.values())) for row in plain]}


def test_many_rows_answer_as_one_does(service: Service) -> None:
    many = service.post("/score", {"data": [service.example] * 500}).json()["result"]
    assert many == service.post("/score", {"data": [service.example]}).json()["result"] * 500


def test_a_missing_optional_value_is_an_absent_or_a_null_one(
    service: Service, bundle: Bundle
) -> None:
    optional = [feature.name for feature in bundle.schema.features if feature.optional]
    absent = {name: value for name, value in service.example.items() if name not in optional}
    null = {**service.example, **dict.fromkeys(optional)}
    first, second = (service.post("/api/predict", row) for row in (absent, null))
    assert first.status_code == 200, first.text
    assert first.json() == second.json()


def test_the_description_gives_each_feature_its_type_bounds_labels_and_unit(
    service: Service, bundle: Bundle
) -> None:
    properties: dict[str, Any] = service.openapi["components"]["schemas"]["Features"]["properties"]
    for feature in bundle.schema.features:
        shown = properties[feature.name]
        kind = shown.get("anyOf", [shown])[0]
        types = {"number": "number", "integer": "integer", "boolean": "boolean"}
        assert kind["type"] == types.get(feature.type, "string")
        assert (kind.get("minimum"), kind.get("maximum")) == (feature.min, feature.max)
        assert feature.labels is None or feature.labels == kind.get("enum", [kind.get("const")])
        assert shown["examples"] == [feature.example]
        assert not feature.unit or f"[{feature.unit}]" in shown["description"]


@pytest.mark.parametrize("path", ["/docs", "/api/docs", "/"])
def test_pages_load_nothing_from_another_host(service: Service, path: str) -> None:
    page = service.client.get(path)
    assert page.headers["content-type"].startswith("text/html")
    loaded = re.findall(r"""(?:src|href)=["']([^"'#]+)["']""", page.text)
    for address in loaded:
        assert "//" not in address, f"{path} loads {address}"
        if not address.startswith("data:"):
            assert service.client.get(f"/{address.lstrip('/')}").status_code == 200, address


def test_metrics_count_requests_and_predictions(service: Service, bundle: Bundle) -> None:
    def counted(name: str) -> float:
        lines = service.client.get("/metrics").text.splitlines()
        found = [line for line in lines if line.startswith(name)]
        return sum(float(line.rsplit(" ", 1)[1]) for line in found)

    requests = 'http_requests_total{method="POST",route="/api/predictions",status="200"}'
    before = counted(requests), counted("predictions_total")
    service.post("/api/predictions", [service.example] * 5)
    assert (counted(requests), counted("predictions_total")) == (before[0] + 1, before[1] + 5)
    assert counted(f'model_info{{engine="{bundle.metadata.engine}"') == 1


def test_an_answer_carries_the_clients_request_id(service: Service) -> None:
    answer = service.client.get("/ping", headers={"X-Request-ID": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
    forged = service.client.get("/ping", headers={"X-Request-ID": "a b;c"})
    assert re.fullmatch("[0-9a-f]{32}", forged.headers["x-request-id"])


def test_unknown_paths_and_methods_get_a_problem(service: Service) -> None:
    for answer in (service.client.get("/nowhere"), service.client.get("/api/predict")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert answer.status_code == 405


def test_the_model_never_sees_the_target(bundle: Bundle) -> None:
    names = pd.Index([feature.name for feature in bundle.schema.features])
    assert bundle.schema.target not in names
    assert bundle.schema.id not in names
