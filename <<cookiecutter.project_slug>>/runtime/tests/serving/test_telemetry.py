"""OpenTelemetry: nothing by default; else a request's trace, metrics and logs reach a receiver."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from model_runtime.testing.service import Service, running

from ..support.reloading import ADMIN, TOKEN
from ..support.telemetry import CALLER, Received, as_hex, ask, plain

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture(scope="module", params=["http/protobuf", "grpc"])
def service(
    request: pytest.FixtureRequest,
    trained: Path,
    received: Received,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    """A service that tells a receiver, by each of the two protocols."""
    port = received.grpc if request.param == "grpc" else received.http
    folder = tmp_path_factory.mktemp("telemetry")
    shutil.copytree(trained / "model_bin", folder / "model_bin")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", request.param)
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
        patch.setenv("OTEL_RESOURCE_ATTRIBUTES", f"protocol={request.param}")
        patch.setenv("BUNDLE", str(folder / "model_bin"))
        settings = {"SERVING__TELEMETRY": "otlp", **ADMIN}
        with running(folder / "model_bin", folder / "log", **settings) as service:
            service.wait("/readyz")
            received.requests.clear()
            yield service


def traced(service: Service, received: Received, trace: str, sampled: str = "01") -> dict[str, Any]:
    """Ask within a trace of the caller's, and return its spans."""
    ask(service, traceparent=f"00-{trace}-{CALLER}-{sampled}")
    received.wait(lambda: len(received.spans(trace)) == 2, "two spans")
    return received.spans(trace)


def test_a_request_goes_on_with_its_callers_trace_and_has_a_span_of_the_model_call(
    service: Service, received: Received
) -> None:
    spans = traced(service, received, TRACE)
    request, call = spans["POST /api/predictions"], spans["predict"]
    assert as_hex(request["parentSpanId"]) == CALLER
    assert call["parentSpanId"] == request["spanId"]
    about = plain(request["attributes"])
    assert about["http.route"] == "/api/predictions"
    assert about["http.response.status_code"] == "200"
    version = service.client.get("/api/info").json()["metadata"]["version"]
    assert plain(call["attributes"])["model.version"] == str(version)
    assert plain(call["attributes"])["model.rows"] == "2"


def test_what_the_caller_does_not_sample_is_not_sent_and_neither_are_probes(
    service: Service, received: Received
) -> None:
    unsampled, sampled = "1" * 32, "2" * 32
    ask(service, traceparent=f"00-{unsampled}-{CALLER}-00")
    service.client.get("/livez", headers={"traceparent": f"00-{'3' * 32}-{CALLER}-01"})
    traced(service, received, sampled)
    assert received.spans(unsampled) == {}
    assert received.spans("3" * 32) == {}


def test_a_path_that_is_none_names_no_span(service: Service, received: Received) -> None:
    trace = "5" * 32
    service.client.get("/cgi-bin/1.php", headers={"traceparent": f"00-{trace}-{CALLER}-01"})
    received.wait(lambda: received.spans(trace), "a span")
    assert set(received.spans(trace)) == {"GET"}


def test_a_request_id_leads_to_the_trace_and_a_trace_to_its_request_id(
    service: Service, received: Received
) -> None:
    trace, span = ask(service).split("-")
    received.wait(lambda: received.spans(trace), "the trace that the request's id names")
    request = received.spans(trace)["POST /api/predictions"]
    assert as_hex(request["spanId"]) == span
    theirs = "6" * 32
    ask(service, **{"traceparent": f"00-{theirs}-{CALLER}-01", "x-request-id": "mine"})
    received.wait(lambda: received.spans(theirs), "the caller's trace")
    assert (
        plain(received.spans(theirs)["POST /api/predictions"]["attributes"])["request_id"] == "mine"
    )


def test_metrics_are_those_of_prometheus_and_the_time_of_each_route(
    service: Service, received: Received
) -> None:
    ask(service)

    def counted() -> float:
        text = service.client.get("/metrics").text
        lines = [line for line in text.splitlines() if line.startswith("predictions_total{")]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def told() -> float:
        found = [item for _, item in received.of("metrics") if item["name"] == "predictions"]
        return sum(point["asDouble"] for point in found[-1]["sum"]["dataPoints"]) if found else 0

    received.wait(lambda: told() == counted(), "the number of predictions")
    durations = [
        i for _, i in received.of("metrics") if i["name"] == "http.server.request.duration"
    ]
    points = durations[-1]["histogram"]["dataPoints"]
    routes = {
        plain(point["attributes"]).get("http.route") for point in points if "attributes" in point
    }
    assert "/api/predictions" in routes


def test_a_log_line_has_the_trace_of_the_request_that_it_is_about(
    service: Service, received: Received
) -> None:
    schema, trace = Path(os.environ["BUNDLE"]) / "schema.json", "8" * 32
    whole = schema.read_text()
    schema.write_text(whole + " ")
    headers = {"traceparent": f"00-{trace}-{CALLER}-01", "authorization": f"Bearer {TOKEN}"}
    assert service.client.post("/admin/reload", headers=headers).status_code == 409
    schema.write_text(whole)

    def told() -> list[str]:
        records = [r for _, r in received.of("logs") if as_hex(r.get("traceId", "")) == trace]
        return [record["body"]["stringValue"] for record in records]

    received.wait(told, "the line")
    assert "A bundle is refused." in told()[0]
    assert "schema.json" in told()[0]


def test_each_worker_is_an_instance_of_the_service(
    trained: Path, received: Received, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{received.http}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "of-two")
    two = {"SERVING__TELEMETRY": "otlp", "SERVING__WORKERS": "2"}

    def instances() -> set[str]:
        about = [resource for resource, _ in received.of("metrics")]
        return {a["service.instance.id"] for a in about if a["service.name"] == "of-two"}

    with running(trained / "model_bin", tmp_path / "log", **two) as service:
        service.wait("/readyz")
        received.wait(lambda: len(instances()) == 2, "two instances")


def test_where_no_collector_is_the_service_answers_and_ends(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    with running(trained / "model_bin", tmp_path / "log", SERVING__TELEMETRY="otlp") as service:
        service.wait("/readyz")
        for _ in range(20):
            ask(service)
        start = time.monotonic()
        service.process.terminate()
        assert service.process.wait(timeout=30) == 0
        assert time.monotonic() - start < 10
