"""The choice of telemetry: none by default, Azure Monitor, and what is missing for one."""

import os
from pathlib import Path
from typing import Any

import pytest

from model_runtime.testing.service import MODULE, running, started, writing

from ..support.telemetry import CALLER, Received, ask


def loads_opentelemetry(trained: Path, folder: Path, telemetry: str) -> bool:
    """Tell whether a serving process imports any of it, until it has answered and ended."""
    way = ("-X", "importtime", *MODULE)
    with (
        (folder / "log").open("w") as log,
        writing(trained / "model_bin", log, log, way, SERVING__TELEMETRY=telemetry) as service,
    ):
        service.wait("/readyz")
        ask(service)
    text = (folder / "log").read_text()
    imported = {line.rpartition("|")[2].strip() for line in text.splitlines()}
    assert "fastapi" in imported
    # FastAPI itself imports opentelemetry's interface, which does nothing.
    return any(
        name.startswith(("opentelemetry.sdk", "opentelemetry.exporter")) for name in imported
    )


def test_where_nobody_wants_it_not_even_an_import_is_done(trained: Path, tmp_path: Path) -> None:
    assert not loads_opentelemetry(trained, tmp_path, "none")


def test_that_would_be_seen(trained: Path, tmp_path: Path, received: Received) -> None:
    assert loads_opentelemetry(trained, tmp_path, "otlp")


def test_azure_monitor_gets_the_request_and_the_model_call(
    trained: Path, received: Received, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"http://127.0.0.1:{received.http}/"
    key = "00000000-0000-4000-8000-000000000000"
    connection = f"InstrumentationKey={key};IngestionEndpoint={address};LiveEndpoint={address}"
    monkeypatch.setenv("APPLICATIONINSIGHTS_CONNECTION_STRING", connection)
    monkeypatch.setenv("APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL", "true")
    monkeypatch.setenv("APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED", "true")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")

    def told(kind: str) -> list[dict[str, Any]]:
        sent = [items for signal, items in received.requests if signal == "azure"]
        return [
            item["data"]["baseData"]
            for items in sent
            if isinstance(items, list)
            for item in items
            if "data" in item
            and item["data"]["baseType"] == kind
            and item["tags"].get("ai.operation.id") == "7" * 32
        ]

    with running(trained / "model_bin", tmp_path / "log", SERVING__TELEMETRY="azure") as service:
        service.wait("/readyz")
        ask(service, traceparent=f"00-{'7' * 32}-{CALLER}-01")
        received.wait(lambda: told("RequestData"), "the request")
        received.wait(lambda: told("RemoteDependencyData"), "the model call")
    (request,), (call,) = told("RequestData"), told("RemoteDependencyData")
    assert (request["name"], request["responseCode"]) == ("POST /api/predictions", "200")
    assert call["name"] == "predict"


def refused(trained: Path, folder: Path, telemetry: str) -> str:
    """Return what a service says that doesn't start."""
    settings = {"SERVING__TELEMETRY": telemetry, "SERVING__WORKERS": "2"}
    with started(trained / "model_bin", folder / "log", **settings) as service:
        assert service.process.wait(timeout=30) == 1
    return (folder / "log").read_text()


def test_azure_monitor_without_a_connection_string_is_a_sentence(
    trained: Path, tmp_path: Path
) -> None:
    said = refused(trained, tmp_path, "azure").splitlines()
    assert "APPLICATIONINSIGHTS_CONNECTION_STRING is not in the environment" in said[0]
    assert len(said) == 1


def test_packages_that_are_missing_are_a_sentence(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A package of this name hides the folder in which opentelemetry's packages are installed.
    (tmp_path / "opentelemetry").mkdir()
    (tmp_path / "opentelemetry" / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    said = refused(trained, tmp_path, "otlp").splitlines()
    assert "opentelemetry.distro is not installed" in said[0]
    assert "--group otlp" in said[0]
    assert len(said) == 1
