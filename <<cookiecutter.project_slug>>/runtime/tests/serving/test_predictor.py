"""Whatever a model's code raises, who asked hears of it."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from model_runtime.bundle.schema import Schema
from model_runtime.contract.routes import prediction_routes
from model_runtime.serving.metrics import Metrics
from model_runtime.serving.predictor import Predictor

SCHEMA = Schema.model_validate(
    {
        "task": "regression",
        "target": "t",
        "features": [{"name": "x", "type": "number", "example": 1}],
    }
)


class Panic(BaseException):
    """Like that of libraries in Rust where they break off."""


@pytest.mark.parametrize("raised", [StopIteration, Panic, SystemExit])
@pytest.mark.parametrize("inline_rows", [0, 8], ids=["slow", "fast"])
def test_what_no_future_takes_is_told(raised: type[BaseException], inline_rows: int) -> None:
    def run(columns: Any) -> Any:
        raise raised

    engine: Any = SimpleNamespace(run=run)
    metadata: Any = SimpleNamespace(version=1)
    route = prediction_routes(SCHEMA, 10)[0]

    async def ask() -> None:
        predictor = Predictor(SCHEMA, metadata, engine, inline_rows, Metrics(), None)
        asking = (
            predictor.answer(route, b'{"x": 1}', "1", 0.0),
            predictor.apart(lambda: predictor.outputs([{"x": 1.0}]), 1),
            predictor.apart(lambda: run(None), 1),  # as an explanation asks
        )
        for each in asking:
            with pytest.raises(RuntimeError, match=f"raised {raised.__name__}"):
                await asyncio.wait_for(each, 5)

    asyncio.run(ask())
