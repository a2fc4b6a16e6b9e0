"""Explanations by a running service: typed, refused and guarded as predictions are, but no such."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from model_runtime.bundle.engines import Columns, SklearnEngine, Unanswerable
from model_runtime.bundle.read import Bundle
from model_runtime.contract.problems import Refusal
from model_runtime.contract.routes import prediction_routes
from model_runtime.serving.admission import Admission
from model_runtime.serving.app import create_app
from model_runtime.serving.explain import Explainer, explainer
from model_runtime.serving.guard import group_of
from model_runtime.serving.metrics import Metrics
from model_runtime.serving.predictor import Predictor
from model_runtime.serving.routes import direct_route
from model_runtime.settings import Settings, read_settings
from model_runtime.tasks import Outputs
from model_runtime.testing.service import Service, running
from model_runtime.training.fit import fit
from model_runtime.training.split import split

from ..support.reloading import wait_for
from ..support.small_cases import case
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


def settings(**serving: Any) -> Settings:
    found = read_settings()
    return found.model_copy(update={"serving": found.serving.model_copy(update=serving)})


def test_it_is_refused_until_there_is_a_model_and_asks_for_a_key_as_predictions_do() -> None:
    for explain in (True, False):
        paths = {
            getattr(route, "path", "") for route in create_app(settings(explain=explain)).routes
        }
        assert ("/api/explain" in paths) is explain
    assert group_of("/api/explain") == group_of("/api/predict") == "predictions"


# ---- In this process, by engines of each kind


class Watched:
    """An engine that remembers how it was asked, and works on when it may."""

    inline_rows = 0

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.calls: list[tuple[str, int]] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def run(self, columns: Columns) -> Outputs:
        rows = len(next(iter(columns.values())))
        self.calls.append((threading.current_thread().name, rows))
        assert self.may_go_on.wait(10)
        outputs: Outputs = self._engine.run(columns)
        return outputs


def made(
    bundle: Bundle, engine: Any, inline_rows: int = 0, **serving: Any
) -> tuple[Explainer, Predictor]:
    """Return what explains a bundle's answers by an engine, and what predicts."""
    metrics = Metrics()
    predictor = Predictor(bundle.schema, bundle.metadata, engine, inline_rows, metrics, None)
    request = prediction_routes(bundle.schema, 1)[0].request
    found = explainer(bundle, engine, request, predictor, settings(**serving), metrics)
    return found, predictor


def explained(
    bundle: Bundle, engine: Any, inline_rows: int, row: dict[str, Any]
) -> dict[str, float]:
    explainer, _ = made(bundle, engine, inline_rows)
    answer = json.loads(asyncio.run(explainer.answer(json.dumps(row).encode(), "r", 0.0)))
    return {each["feature"]: each["contribution"] for each in answer["contributions"]}


def test_scikit_learn_explains_as_the_compiled_model_does(shop: Bundle) -> None:
    use_case, row = case(), {**shop.schema.example, "Größe": None}
    rows = use_case.rows(use_case.data_loader().load_data())
    pipeline = fit(use_case, split(rows, 0.2, 42, "classification").train, 42)
    fitted = Watched(SklearnEngine(pipeline, "classification"))
    found = explained(shop, fitted, 0, row)
    assert found == pytest.approx(explained(shop, shop.engine(), 64, row), abs=1e-5)
    assert {thread for thread, _ in fitted.calls} == {"model_0"}, "as the thread of predictions"


class Choosy(Watched):
    """An engine that has no answer for any age but one."""

    def __init__(self, engine: Any, age: float) -> None:
        super().__init__(engine)
        self._age = age

    def run(self, columns: Columns) -> Outputs:
        if (columns["age"] != self._age).any():
            raise Unanswerable("that age is none")
        return super().run(columns)


def test_values_that_the_model_refuses_are_compared_with_by_nobody(
    shop: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model_runtime.serving.explain._ROWS", 2)
    row = {**shop.schema.example, "age": 119}  # which no other value is
    found = explained(shop, Choosy(shop.engine(), 119), 0, row)
    assert sorted(found) == sorted({*shop.schema.example} - {"age"})
    with pytest.raises(Refusal, match="that age is none"):
        explained(shop, Choosy(shop.engine(), 118), 0, row)


async def first_call(engine: Watched) -> None:
    while not engine.calls:
        await asyncio.sleep(0)


def test_a_prediction_waits_for_one_slice_at_most(
    shop: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model_runtime.serving.explain._ROWS", 4)
    engine, body = Watched(shop.engine()), json.dumps(shop.schema.example).encode()
    explainer, predictor = made(shop, engine)
    route = prediction_routes(shop.schema, 1)[0]

    async def ask() -> None:
        engine.may_go_on.clear()
        explanation = asyncio.create_task(explainer.answer(body, "r", 0.0))
        await first_call(engine)
        prediction = asyncio.create_task(predictor.answer(route, body, "r", 0.0))
        await asyncio.sleep(0)  # it is asked now
        await asyncio.sleep(0)
        engine.may_go_on.set()
        await asyncio.gather(explanation, prediction)

    asyncio.run(ask())
    rows = [each for _, each in engine.calls]
    assert rows[:3] == [1, 1, 4], "the request's own row, the prediction, a slice"
    assert max(rows) == 4


def test_more_than_an_eighth_of_all_in_progress_are_refused(shop: Bundle) -> None:
    engine, body = Watched(shop.engine()), json.dumps(shop.schema.example).encode()
    explainer, _ = made(shop, engine, max_in_flight=8)

    async def ask() -> None:
        engine.may_go_on.clear()
        first = asyncio.create_task(explainer.answer(body, "r", 0.0))
        await first_call(engine)
        with pytest.raises(Refusal, match="1 are being answered") as refused:
            await explainer.answer(body, "r", 0.0)
        assert refused.value.status == 503
        engine.may_go_on.set()
        await first

    asyncio.run(ask())


@pytest.mark.parametrize("all_of_it", [True, False])
def test_nothing_more_is_asked_for_a_client_that_has_left(
    shop: Bundle, monkeypatch: pytest.MonkeyPatch, all_of_it: bool
) -> None:
    monkeypatch.setattr("model_runtime.serving.explain._ROWS", 4)
    engine, body = Watched(shop.engine()), json.dumps(shop.schema.example).encode()
    explainer, _ = made(shop, engine, max_in_flight=8)  # one explanation at once, then
    route = direct_route(explainer.route, explainer.answer, {}, Admission(2, Metrics()), 2**20, 1)
    statuses: list[int] = []

    async def send(message: Any) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    def client(left: asyncio.Event) -> Any:
        """Return what a client is to an application: its scope, its messages, its ears."""
        messages = iter([{"type": "http.request", "body": body}])
        scope: dict[str, Any] = {"type": "http", "state": {}}

        async def receive() -> Any:
            for message in messages:
                return message
            await left.wait()
            scope["state"]["ended"] = True
            return {"type": "http.disconnect" if all_of_it else "http.request"}

        return {**scope, "request_id": "r", "started": 0.0, "headers": []}, receive, send

    async def ask() -> None:
        engine.may_go_on.clear()
        leaving = asyncio.Event()
        first = asyncio.ensure_future(route.app(*client(leaving)))
        await first_call(engine)
        leaving.set()
        await first
        assert statuses == [499]
        second = asyncio.ensure_future(route.app(*client(asyncio.Event())))
        engine.may_go_on.set()
        await second

    asyncio.run(ask())
    assert statuses == [499, 200]
    whole = list(explainer.route.rows(dict(shop.schema.example)))
    assert sum(rows for _, rows in engine.calls) == 1 + 1 + len(whole), "of the first, its own row"


def test_a_client_that_ends_its_side_is_told_so_or_answered(explaining: Service) -> None:
    body = json.dumps(explaining.example).encode()
    head = POST.replace(b"predict", b"explain") + b"Content-Length: %d\r\n\r\n" % len(body)
    with wire(explaining) as connection:
        connection.send(head, body).socket.shutdown(socket.SHUT_WR)
        (found,) = answers(connection.rest())
    assert found.status in (200, 499)
    assert found.headers["connection"] == "close"
