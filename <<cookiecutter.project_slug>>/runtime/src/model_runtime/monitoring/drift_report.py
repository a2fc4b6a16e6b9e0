"""The result of looking for drift: for the terminal, as figures, and as gauges."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..bundle.read import Bundle
from ..settings import Deployment
from .drift import ColumnDrift, Moment
from .gauges import Gauges
from .periods import Unit
from .seen import Seen


@dataclass(frozen=True)
class DriftReport:
    """The result of a run.

    `columns` are the answers, then the features, each with the largest PSI first; `periods` have
    the PSI of each column by kind and name, none where the rows have no times. `left_out` says what
    was not compared.
    """

    bundle: Bundle
    source: str
    seen: Seen
    columns: list[ColumnDrift]
    unit: Unit
    periods: dict[str, dict[str, Moment]]
    limit: float
    left_out: list[str]
    folder: Path

    @property
    def drifted(self) -> list[ColumnDrift]:
        """The columns that have drifted."""
        return [each for each in self.columns if each.drifted]

    def said(self) -> str:
        """Say what has drifted, and how."""
        return "; ".join(
            f"{each.kind} '{each.name}' has a PSI of {each.psi:.3g} ({moved(each)})"
            for each in self.drifted
        )

    def lines(self) -> list[str]:
        """Return it as a person reads it in a terminal."""
        metadata = self.bundle.metadata
        width = max([10, *(len(each.name) for each in self.columns)])
        return [
            f"reference   {metadata.name}, version {metadata.version}, {metadata.created:%Y-%m-%d}",
            f"rows        {self.seen.rows:,} in {self.source}",
            *(f"left out    {reason}" for reason in self.left_out),
            "",
            f"{'':8} {'':{width}} {'rows':>10} {'PSI':>7} {'JS':>6} {'p':>8}  moved most",
            *(
                f"{each.kind:8} {each.name:{width}} {each.rows:>10,} {each.psi:>7.3f} "
                f"{each.distance:>6.3f} {each.p:>8.2g}  {moved(each)}"
                + ("  DRIFTED" if each.drifted else "")
                for each in self.columns
            ),
            "",
            f"report      {self.folder}/drift.md",
        ]

    def json(self) -> str:
        """Return all figures."""
        figures = {
            "model": self.bundle.metadata.name,
            "version": self.bundle.metadata.version,
            "source": self.source,
            "rows": self.seen.rows,
            "limit": self.limit,
            "columns": [asdict(each) for each in self.columns],
            "unit": self.unit,
            "periods": {
                name: {key: asdict(each) for key, each in columns.items()}
                for name, columns in self.periods.items()
            },
            "left_out": self.left_out,
        }
        return json.dumps(figures, indent=2) + "\n"

    def gauges(self, place: Deployment) -> Gauges:
        """Return it for Prometheus."""
        gauges = Gauges(self.bundle.metadata.name, f"{place.namespace}/{place.release}")
        for each in self.columns:
            labels = {"kind": each.kind, "column": each.name}
            gauges.set("model_drift_psi", each.psi, **labels)
            gauges.set("model_drift_distance", each.distance, **labels)
            gauges.set("model_drifted", each.drifted, **labels)
        gauges.set("model_drift_rows", self.seen.rows)
        gauges.set("model_drift_time_seconds", datetime.now(UTC).timestamp())
        return gauges


def moved(column: ColumnDrift) -> str:
    """Say which bin moved most, and from where to where."""
    each = column.moved
    name = each.name if len(each.name) <= 40 else f"{each.name[:39]}…"
    return f"{name}: {each.before:.1%} to {each.now:.1%}"
