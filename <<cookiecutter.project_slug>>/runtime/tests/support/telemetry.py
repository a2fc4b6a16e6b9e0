"""The telemetry of a service, as `otlp_receiver.py` has got it."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from model_runtime.testing.service import Service

from . import otlp_receiver
from .reloading import wait_for

CALLER = "00f067aa0ba902b7"
"""The span of a caller that asks within its own trace."""

SOON = {
    "OTEL_BSP_SCHEDULE_DELAY": "100",
    "OTEL_BLRP_SCHEDULE_DELAY": "100",
    "OTEL_METRIC_EXPORT_INTERVAL": "200",
}
"""Milliseconds from an event to its export."""


def ask(service: Service, **headers: str) -> str:
    """Ask for two predictions; return the request's id."""
    answer = service.client.post(
        "/api/predictions", json=[service.example, service.example], headers=headers
    )
    assert answer.status_code == 200
    return str(answer.headers["x-request-id"])


def plain(attributes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return attributes as a mapping of names to values; whole numbers come as texts."""
    return {each["key"]: next(iter(each["value"].values())) for each in attributes}


def as_hex(written: str) -> str:
    """Return an id, which JSON has in base64, as it is in `traceparent`."""
    return base64.b64decode(written).hex()


@dataclass
class Received:
    """The requests that a receiver has got so far."""

    http: int
    grpc: int
    requests: list[tuple[str, Any]] = field(default_factory=list)

    def of(self, signal: str) -> Iterator[tuple[dict[str, Any], Any]]:
        """Yield the spans, metrics or records of a signal, each with its resource's attributes."""
        above, below, items = {
            "traces": ("resourceSpans", "scopeSpans", "spans"),
            "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
            "logs": ("resourceLogs", "scopeLogs", "logRecords"),
        }[signal]
        for _, request in [each for each in self.requests if each[0] == signal]:
            for resource in request.get(above, []):
                for scope in resource[below]:
                    for item in scope[items]:
                        yield plain(resource["resource"]["attributes"]), item

    def spans(self, trace: str) -> dict[str, Any]:
        """Return the spans of a trace by their names."""
        found = (span for _, span in self.of("traces"))
        return {span["name"]: span for span in found if as_hex(span["traceId"]) == trace}

    def wait(self, there: Callable[[], object], what: str) -> None:
        """Wait until something has been received."""
        wait_for(lambda: bool(there()), what)


@contextmanager
def receiver() -> Iterator[Received]:
    """Run a receiver in a process of its own."""
    with subprocess.Popen(
        [sys.executable, otlp_receiver.__file__], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        received = Received(**json.loads(process.stdout.readline()))

        def read() -> None:
            for line in process.stdout or ():
                told = json.loads(line)
                received.requests.append((told["signal"], told["request"]))

        reading = threading.Thread(target=read)
        reading.start()
        try:
            yield received
        finally:
            process.terminate()
            reading.join()
