"""OpenTelemetry: traces, metrics and logs to a collector, or to Azure Monitor.

Imported only where `serving.telemetry` asks for it. FastAPI makes the spans of requests and times
them, as soon as there are providers; which ones, the standard variables say
(OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, OTEL_RESOURCE_ATTRIBUTES, …).
"""

import logging
import os
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from fastapi.telemetry import TelemetryConfig
from opentelemetry import _logs, metrics, trace
from opentelemetry.distro import OpenTelemetryConfigurator
from opentelemetry.instrumentation.logging.handler import LoggingHandler

from ..errors import ProjectError
from ..settings import Settings
from .metrics import Metrics
from .told_metrics import tell
from .traces import TracedIds as TracedIds

_VARIABLES = {
    "OTEL_TRACES_EXPORTER": "otlp",
    "OTEL_METRICS_EXPORTER": "otlp",
    "OTEL_LOGS_EXPORTER": "otlp",
    "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
}
"""Standard variables, as they are where the environment does not set them."""

_NOBODYS = ("/livez", "/readyz", "/ping", "/metrics")
"""Paths that are asked all the time, and by nobody who follows a trace."""

_LOGGER = "uvicorn"
"""The service's own; what exporters say of their failures is elsewhere, and so is not sent."""

_PATIENCE = 5.0
"""Seconds that the end of a process waits for the last of it to be taken."""

log = logging.getLogger("uvicorn.error")


def _is_nobodys(scope: MutableMapping[str, Any]) -> bool:
    return str(scope["path"]).endswith(_NOBODYS)


CONFIG: TelemetryConfig = {"exclude": _is_nobodys, "auto_configure": False}
"""The part of it that FastAPI does."""


def start(settings: Settings, counted: Metrics) -> None:
    """Begin to send what this process does, logs and counts.

    Args:
        settings: Whether to a collector (`otlp`) or to Azure Monitor (`azure`).
        counted: The process's counters.

    Raises:
        ProjectError: A variable does not fit.
    """
    for name, value in _VARIABLES.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("OTEL_SERVICE_NAME", settings.model.name)
    try:
        _to_azure() if settings.serving.telemetry == "azure" else _to_collector()
    except (RuntimeError, ValueError) as error:
        raise ProjectError(f"serving.telemetry: {error}; see the variables OTEL_….") from error
    tell(counted)


def _to_collector() -> None:
    OpenTelemetryConfigurator().configure()  # type: ignore[no-untyped-call]


def _to_azure() -> None:
    from azure.monitor.opentelemetry import configure_azure_monitor

    names = ("azure_sdk", "django", "fastapi", "flask", "psycopg2", "requests", "urllib", "urllib3")
    configure_azure_monitor(
        logger_name=_LOGGER,
        instrumentation_options={name: {"enabled": False} for name in names},
    )


@contextmanager
def sending() -> Iterator[None]:
    """Send what is logged, too, and at the end what has not been sent."""
    logger = logging.getLogger(_LOGGER)
    # uvicorn configures its loggers anew, so that a handler from before may be gone.
    if not any(isinstance(handler, LoggingHandler) for handler in logger.handlers):
        logger.addHandler(LoggingHandler(logging.INFO, _logs.get_logger_provider()))
    yield
    ending = threading.Thread(target=_shut_down, daemon=True)
    ending.start()
    ending.join(_PATIENCE)
    if ending.is_alive():
        log.warning("The last traces and metrics were not taken within %.0f s.", _PATIENCE)


def _shut_down() -> None:
    for provider in (
        trace.get_tracer_provider(),
        metrics.get_meter_provider(),
        _logs.get_logger_provider(),
    ):
        provider.shutdown()  # type: ignore[union-attr]
