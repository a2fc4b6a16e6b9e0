"""The result of measuring a prediction log: for the terminal, as figures, and as gauges."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..bundle.read import Bundle
from ..counts import counted
from ..features import missed
from ..settings import Deployment
from .gauges import Gauges
from .known import Joined
from .performance import Performance


@dataclass(frozen=True)
class PerformanceReport:
    """The result of a run; `folder` is where its report goes."""

    bundle: Bundle
    joined: Joined
    performance: Performance
    thresholds: dict[str, str]
    folder: Path

    @property
    def missed(self) -> list[str]:
        """Say of each threshold that is missed what was found and asked."""
        return missed(self.thresholds, self.performance.whole.metrics)

    def lines(self) -> list[str]:
        """Return it as a person reads it in a terminal."""
        joined, found, held = self.joined, self.performance, self.bundle.metadata.metrics
        return [
            f"predictions  {joined.log.used:,} of {joined.log.model} in {joined.log.source}",
            f"outcomes     {counted(joined.counts.outcomes, 'ID')} in {joined.outcomes.path}",
            f"measured     {counted(found.whole.rows, 'prediction')} whose outcome is known",
            *(f"left out     {reason}" for reason in joined.left_out()),
            "",
            f"{'':18} {'logged':>8} {'95 % interval':>20} {'hold-out':>9} {'simplest':>9}",
            *(
                f"{name:18} {value:>8.4g} {found.whole.range(name):>20} "
                f"{f'{held[name]:.4g}' if name in held else '':>9} {found.baseline[name]:>9.4g}"
                + (f"   has to be {self.thresholds[name]}" if name in self.thresholds else "")
                for name, value in found.whole.metrics.items()
            ),
            "",
            f"report       {self.folder}/performance.md",
        ]

    def json(self) -> str:
        """Return all figures."""
        found = self.performance
        classes = [asdict(score) | {"intervals": asdict(ends)} for score, ends in found.classes]
        figures = {
            "model": self.bundle.metadata.name,
            **asdict(found),
            "classes": classes,
            "hold_out": self.bundle.metadata.metrics,
            "thresholds": self.thresholds,
            "thresholds_missed": self.missed,
            "counts": asdict(self.joined.counts),
            "left_out": self.joined.left_out(),
        }
        return json.dumps(figures, indent=2) + "\n"

    def gauges(self, place: Deployment) -> Gauges:
        """Return it for Prometheus."""
        found = self.performance
        gauges = Gauges(self.bundle.metadata.name, f"{place.namespace}/{place.release}")
        versions = {str(version): part for version, part in found.versions.items()}
        for version, part in {"all": found.whole, **versions}.items():
            gauges.set("model_performance_predictions", part.rows, version=version)
            for name, value in part.metrics.items():
                low, high = part.intervals.get(name, (value, value))
                for end, number in {"": value, "_low": low, "_high": high}.items():
                    gauges.set(f"model_performance{end}", number, version=version, metric=name)
        gauges.set("model_performance_thresholds_missed", len(self.missed))
        gauges.set("model_performance_time_seconds", datetime.now(UTC).timestamp())
        return gauges
