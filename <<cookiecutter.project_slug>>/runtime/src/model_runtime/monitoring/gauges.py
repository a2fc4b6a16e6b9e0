"""Gauges for Prometheus: a file for node_exporter's textfile collector, or a Pushgateway."""

from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, push_to_gateway, write_to_textfile

from ..errors import ProjectError

Labels = dict[str, str]


class Gauges:
    """Gauges of one model in one release, which all carry both as labels."""

    def __init__(self, model: str, release: str) -> None:
        """Begin without any.

        Args:
            model: The model's name.
            release: Where it serves, as the alerts have it: namespace/release.
        """
        self._registry = CollectorRegistry()
        self._about: Labels = {"model": model, "release": release}
        self._gauges: dict[str, Gauge] = {}

    def set(self, name: str, about: str, value: float, **labels: str) -> None:
        """Set a gauge; all of a name have the same labels."""
        if name not in self._gauges:
            names = [*self._about, *labels]
            self._gauges[name] = Gauge(name, about, names, registry=self._registry)
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
