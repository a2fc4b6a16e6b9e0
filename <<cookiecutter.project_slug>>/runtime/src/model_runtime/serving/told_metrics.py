"""The process's own counters as OpenTelemetry's, read whenever they are sent."""

from collections.abc import Callable, Iterable
from functools import partial

from opentelemetry.metrics import CallbackOptions, Observation, get_meter
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric

from .metrics import Metrics

Observing = Callable[[CallbackOptions], Iterable[Observation]]


def tell(metrics: Metrics) -> None:
    """Let counters and gauges be sent, by the names that they have at /metrics.

    Histograms are not: the middleware times requests, by OpenTelemetry's conventions.
    """
    meter = get_meter("model_runtime")
    for family in metrics.registry.collect():
        observe = partial(_observed, metrics.registry, family.name)
        if family.type == "counter":
            meter.create_observable_counter(
                family.name, [observe], description=family.documentation
            )
        elif family.type == "gauge":
            meter.create_observable_gauge(family.name, [observe], description=family.documentation)


def _observed(
    registry: CollectorRegistry, name: str, options: CallbackOptions
) -> Iterable[Observation]:
    """Yield the values of a family, each with its labels."""
    for family in registry.collect():
        if family.name == name:
            yield from map(_observation, _values(family))


def _values(family: Metric) -> Iterable[tuple[float, dict[str, str]]]:
    for sample in family.samples:
        if not sample.name.endswith("_created"):
            yield sample.value, sample.labels


def _observation(value: tuple[float, dict[str, str]]) -> Observation:
    return Observation(*value)
