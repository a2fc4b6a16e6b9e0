"""The parts of a request's time within the service's process: where its microseconds go.

Run in a made project that has a bundle; prints a table in Markdown. The parts are called as the
service calls them, without HTTP, in a loop; and one row also after pauses, as it is when one client
asks and waits: between its requests the processor's caches have been used by others.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from math import ceil
from statistics import median
from types import SimpleNamespace
from typing import Any

from model_runtime.bundle.read import read_bundle
from model_runtime.bundle.rows import RowColumns
from model_runtime.contract.routes import prediction_routes
from model_runtime.serving.account import Account
from model_runtime.serving.metrics import Metrics
from model_runtime.serving.prediction_log.log import PredictionLog
from model_runtime.serving.prediction_log.sink import Sink, json_lines
from model_runtime.settings import Log, read_settings
from model_runtime.tasks import TASKS
from pydantic_core import to_json

BATCHES = (1, 16, 64)
CALLS, PAUSED_CALLS, PAUSE = 4_000, 1_500, 0.0002
"""Calls in a loop; calls with a pause before each, and its seconds."""

Parts = dict[str, tuple[Callable[[], Any], int]]
"""A function for each part, and of how many requests it does the work."""


class _Written(Sink):
    """The end of a log that is written and not kept."""

    def add(self, events: Any, times: Any) -> None:
        """See `Sink`."""
        json_lines(events)


def main() -> None:
    """Time and print."""
    asyncio.run(_main())


async def _main() -> None:  # the account and the log want an event loop
    batches = {rows: parts(rows) for rows in BATCHES}
    print("| us a request | 1, after a pause | 1 | 16 together | 64 together |")
    print("| --- | ---: | ---: | ---: | ---: |")
    sums = [0.0] * (1 + len(BATCHES))
    for name in batches[1]:
        figures = [paused(*batches[1][name]), *(looped(*each[name]) for each in batches.values())]
        sums = [all_ + figure for all_, figure in zip(sums, figures, strict=True)]
        print(_line(name, figures), flush=True)
    print(_line("all of them", sums))


def parts(rows: int) -> Parts:
    """Return what is done for requests of a row each that are answered together."""
    settings = read_settings()
    bundle = read_bundle(settings.paths.bundle)
    schema, engine = bundle.schema, bundle.engine(settings.training.trusted_types)
    route, task = prediction_routes(schema, 1)[0], TASKS[schema.task]
    body = to_json(route.example)
    asked = route.parse(body) * rows
    columns_of = RowColumns(schema.features)
    columns = columns_of(asked)
    outputs = task.within_range(engine.run(columns))
    metrics = Metrics()
    account, log = Account(metrics), PredictionLog(Log(), _Written())
    model_log = log.of(schema, bundle.metadata)
    calls = ceil(200 / rows)  # as many rows are written together under load

    def decided() -> None:
        values = task.values(task.within_range(outputs), schema.classes)
        for answer, count in task.counted(values).items():
            metrics.predicted(answer, count)

    def noted() -> None:
        for _ in range(CALLS):
            account.answered("0" * 32, "POST", route.path, route.path, 200, time.perf_counter())
        account.count()

    one = SimpleNamespace(route=route, request_id="0" * 32, rows=asked[:1], seconds=0.001)
    questions: Any = [one] * rows

    def logged() -> None:
        for _ in range(calls):
            model_log.add(questions, outputs)
        log.flush()

    values = task.values(outputs, schema.classes)
    return {
        "read and check the body": (lambda: route.parse(body), 1),
        "columns for the model": (lambda: columns_of(asked), rows),
        "the model (ONNX Runtime)": (lambda: engine.run(columns), rows),
        "class, range, count of answers": (decided, rows),
        "write the answer": (lambda: to_json(route.answer(outputs[:1], values)), 1),
        "count and time the request": (noted, CALLS),
        "the prediction log": (logged, calls * rows),
    }


def looped(call: Callable[[], Any], requests: int) -> float:
    """Return the microseconds of a call for each of its requests: the median of many."""
    return median(_times(call, max(7, CALLS // requests))) / requests


def paused(call: Callable[[], Any], requests: int) -> float:
    """Return the same after pauses; of what is done for many at once, as it is."""
    if requests > 1:
        return looped(call, requests)
    return median(_times(call, PAUSED_CALLS, PAUSE))


def _times(call: Callable[[], Any], calls: int, pause: float = 0) -> Iterator[float]:
    for _ in range(calls):
        if pause:
            time.sleep(pause)
        begin = time.perf_counter()
        call()
        yield (time.perf_counter() - begin) * 1e6


def _line(name: str, figures: list[float]) -> str:
    return f"| {name} | " + " | ".join(f"{figure:.1f}" for figure in figures) + " |"


if __name__ == "__main__":
    main()
