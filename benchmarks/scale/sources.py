"""The measured data and the chart's values that the page is made of."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..serving.figures import measured, rate, start
from .pod import Pod, fit

ROOT = Path(__file__).resolve().parent.parent.parent
CONNECTIONS = (1, 16, 64)
PROBES_SECONDS = 2 + 5
"""Periods of the chart's startup and readiness probes, each of which may just have asked."""


@dataclass(frozen=True)
class Sources:
    """Rates of a core by connections, other figures, bytes, the chart's values, and the machine."""

    rates: dict[int, float]
    server: dict[str, Any]
    by_engine: dict[str, Any]
    wire: dict[str, Any]
    values: dict[str, Any]
    measured: dict[str, Any]

    @property
    def deployment(self) -> dict[str, Any]:
        """The chart's `deployment`."""
        found: dict[str, Any] = self.values["deployment"]
        return found

    @property
    def cores(self) -> float:
        """Cores that a pod requests."""
        return cores(self.deployment["cpu"])

    @property
    def gigabytes(self) -> float:
        """GiB of memory that a pod requests."""
        return float(self.deployment["memory"].removesuffix("Mi")) / 1024

    @property
    def target(self) -> float:
        """The utilisation that the autoscaler aims at."""
        return float(self.deployment["cpu_percent"]) / 100

    @property
    def start_seconds(self) -> float:
        """Seconds until a pod is ready: the measured start on its share of a core, and probes."""
        return start(self.server) / self.cores + PROBES_SECONDS

    def pod(self) -> Pod:
        """Return a pod that has the share of a core that it requests."""
        return fit(self.rates, self.cores)


def read_sources(docs: Path = ROOT / "docs") -> Sources:
    """Read docs/benchmarks.json, docs/scale.json and the chart's values.yaml."""
    results = json.loads((docs / "benchmarks.json").read_text("utf-8"))
    servers = measured(results)
    (values,) = ROOT.glob("<<*/deploy/helm/*/values.yaml")
    return Sources(
        {connections: rate(servers["ours"], str(connections)) for connections in CONNECTIONS},
        servers["ours"],
        servers["ours-sklearn"],
        json.loads((docs / "scale.json").read_text("utf-8")),
        yaml.safe_load(values.read_text("utf-8")),
        {"date": results["date"], **results["machine"]},
    )


def cores(text: str) -> float:
    """Return Kubernetes' "250m" or "1" as a number of cores."""
    return float(text.removesuffix("m")) / (1000 if text.endswith("m") else 1)
