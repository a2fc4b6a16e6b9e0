"""One request at one connection, beside scikit-learn's own prediction of one row.

The service's time is the client's: HTTP, validation, prediction and log included. scikit-learn's is
the call alone, on a data frame that is already made.
"""

import http.client
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit

from model_runtime.testing.service import running
from rich.console import Console
from rich.table import Table

from .reference import pipeline, trained

ROUNDS = 10
REQUESTS = 200
CALLS = 20


def main() -> None:
    """Measure both in turns and print them with their ratio."""
    model, rows = pipeline()
    ask = model.predict_proba if hasattr(model, "predict_proba") else model.predict
    row = rows.head(1)
    service_times: list[float] = []
    call_times: list[float] = []
    with (
        trained("auto") as bundle,
        tempfile.TemporaryDirectory() as folder,
        running(bundle, Path(folder) / "log") as service,
    ):
        info = service.wait("/api/info").json()["metadata"]
        request = _request(service.url, json.dumps(service.example).encode())
        for _ in range(ROUNDS):
            service_times += _times(request, REQUESTS)
            call_times += _times(lambda: ask(row), CALLS)
    table = Table(title=f"One row, one at a time: {info['name']}, engine {info['engine']}")
    for heading in ("", "median ms", "95th percentile ms"):
        table.add_column(heading, justify="right" if heading else "left")
    table.add_row("request to the service", *_figures(service_times))
    table.add_row("call of scikit-learn", *_figures(call_times))
    console = Console()
    console.print(table)
    console.print(f"service / scikit-learn: {median(service_times) / median(call_times):.3f}")


def _request(url: str, body: bytes) -> Callable[[], object]:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port)

    def send() -> None:
        connection.request("POST", "/api/predict", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {answer!r}")

    return send


def _times(action: Callable[[], object], count: int) -> list[float]:
    action()
    times = []
    for _ in range(count):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1_000)
    return times


def _figures(times: list[float]) -> tuple[str, str]:
    return f"{median(times):.3f}", f"{quantiles(times, n=20)[-1]:.3f}"


if __name__ == "__main__":
    main()
