"""Gauges for Prometheus: a file for node_exporter's textfile collector, or a Pushgateway."""

from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, push_to_gateway, write_to_textfile

from ..errors import ProjectError

_PERFORMANCE, _COLUMN = ("version", "metric"), ("kind", "column")

GAUGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "model_performance": ("A metric of logged predictions", _PERFORMANCE),
    "model_performance_low": ("The lower end of its interval of 95 %", _PERFORMANCE),
    "model_performance_high": ("The upper end of its interval of 95 %", _PERFORMANCE),
    "model_performance_predictions": ("Predictions whose outcome is known", ("version",)),
    "model_performance_thresholds_missed": ("Thresholds that logged predictions miss", ()),
    "model_performance_time_seconds": ("When logged predictions were measured", ()),
    "model_drift_psi": ("Population stability index of a column against training", _COLUMN),
    "model_drift_distance": ("Jensen-Shannon distance of a column from training", _COLUMN),
    "model_drifted": ("1 for a column that has drifted", _COLUMN),
    "model_drift_rows": ("Rows that were compared with training", ()),
    "model_drift_time_seconds": ("When rows were compared with training", ()),
}
"""The meaning of each gauge, and its labels beside `OF_ALL`."""

OF_ALL = ("model", "release")


class Gauges:
    """Gauges of one model in one release."""

    def __init__(self, model: str, release: str) -> None:
        """Begin without any.

        Args:
            model: The model's name.
            release: Where it serves, as the alerts have it: namespace/release.
        """
        self._registry = CollectorRegistry()
        self._about = dict(zip(OF_ALL, (model, release), strict=True))
        self._gauges: dict[str, Gauge] = {}

    def set(self, name: str, value: float, **labels: str) -> None:
        """Set one of `GAUGES`."""
        if name not in self._gauges:
            about, own = GAUGES[name]
            self._gauges[name] = Gauge(name, about, [*OF_ALL, *own], registry=self._registry)
        self._gauges[name].labels(**self._about, **labels).set(value)

    def write(self, file: Path) -> None:
        """Write a file in Prometheus' text format; who reads it meanwhile sees all or nothing.

        Raises:
            ProjectError: It can't be written, or isn't named as the collector wants it.
        """
        if file.suffix != ".prom":
            raise ProjectError(
                f"GAUGES is '{file}'; node_exporter's textfile collector reads what ends with "
                ".prom, and a Pushgateway has an address like http://host:9091."
            )
        try:
            write_to_textfile(str(file), self._registry)
        except OSError as error:
            raise ProjectError(f"{file} can't be written ({error.strerror}).") from error

    def push(self, gateway: str, job: str) -> None:
        """Put all gauges into a Pushgateway, in the place of the former ones of this job.

        Raises:
            ProjectError: It takes none.
        """
        try:
            push_to_gateway(gateway, job, self._registry, grouping_key=self._about, timeout=30)
        except (OSError, ValueError) as error:
            raise ProjectError(f"The Pushgateway {gateway} takes no gauges ({error}).") from error

    def send(self, target: str, job: str) -> None:
        """Write or push, by what the target is.

        Raises:
            ProjectError: It fails.
        """
        if target.startswith(("http://", "https://")):
            self.push(target, job)
        else:
            self.write(Path(target))
