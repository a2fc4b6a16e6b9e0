"""Explanations in this process: guarded as predictions are, by engines of each kind, in slices."""

import asyncio
import json
import threading
from typing import Any

import pytest

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
from model_runtime.training.fit import fit
from model_runtime.training.split import split

from ..support.small_cases import case


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
