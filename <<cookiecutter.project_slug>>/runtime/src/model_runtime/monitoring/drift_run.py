"""Look for drift since training, in a prediction log or in a file, and write the report."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console

from ..bundle.read import Bundle
from ..bundle.reference import read_reference
from ..counts import counted
from ..errors import ProjectError
from ..files import replacing
from ..progress import Progress
from ..settings import Settings
from ..tables.form import AskedForm
from .drift import Moment, chance, drift_of, psi
from .drift_card import drift_card
from .drift_pictures import draw_drift
from .drift_report import DriftReport
from .performance_run import MARK, reports_folder
from .periods import Unit, suitable
from .seen import Seen, count_file, count_log
from .source import Log
from .tally import Tally


@dataclass(frozen=True)
class Asked:
    """The options of a run: the periods, if they are not to suit, the PSI's limit, CSV's form."""

    unit: Unit | None
    limit: float
    form: AskedForm = field(default_factory=AskedForm)


def look_for_drift(
    bundle: Bundle, settings: Settings, console: Console, rows: Log | Path, asked: Asked
) -> DriftReport:
    """Compare rows with the bundle's reference, and write the report.

    Args:
        bundle: With the reference.
        settings: Where the bundle and the reports are, and the types that it may hold.
        console: For progress.
        rows: A prediction log, or a file of features to be scored.
        asked: The options.

    Raises:
        ProjectError: Something can't be read, or there is nothing to compare.
    """
    progress = Progress(console)
    place = settings.paths.bundle / "reference.json"
    tally = Tally(read_reference(bundle.reference, place))
    with progress.step("read") as step:
        if isinstance(rows, Log):
            shortest: Unit = "hour" if asked.unit == "hour" else "day"
            seen, source = count_log(tally, rows, bundle, shortest), str(rows.source)
        else:
            trusted = settings.training.trusted_types
            seen, source = count_file(tally, rows, bundle, trusted, asked.form), str(rows)
        step.found = f"{counted(seen.rows, 'row')} in {source}"
    compared = list(tally.whole())
    if not compared:
        why = "; ".join(_left_out(tally, rows, seen))
        raise ProjectError(f"Nothing in {source} can be compared with training: {why}.")
    unit = asked.unit or suitable(tally.times(), "day")
    found = [drift_of(column, counts, asked.limit, len(compared)) for column, counts in compared]
    folder = reports_folder(settings, "drift")
    report = DriftReport(
        bundle,
        source,
        seen,
        sorted(found, key=lambda each: (each.kind, -each.psi)),
        unit,
        _periods(tally, unit) if isinstance(rows, Log) else {},
        asked.limit,
        _left_out(tally, rows, seen),
        folder,
    )
    with progress.step("report") as step, replacing(folder, MARK) as new:
        (new / MARK).write_text(report.json(), "utf-8")
        report.gauges(settings.deployment).write(new / "drift.prom")
        (new / "drift.md").write_text(drift_card(report, draw_drift(new, report)), "utf-8")
        step.found = str(folder)
    return report


def _periods(tally: Tally, unit: Unit) -> dict[str, dict[str, Moment]]:
    """Return the PSI of each column in each period."""
    found: dict[str, dict[str, Moment]] = {}
    for name, column, counts in tally.by(unit):
        before = np.array(column.spread.counts)
        moment = Moment(int(counts.sum()), psi(before, counts), chance(before, counts))
        found.setdefault(name, {})[f"{column.kind} {column.name}"] = moment
    return found


def _left_out(tally: Tally, rows: Log | Path, seen: Seen) -> list[str]:
    """Say what was not compared."""
    compared = {column.name for column, _ in tally.whole() if column.kind == "feature"}
    unseen = [
        name
        for kind, name in tally.columns
        if kind == "feature" and name not in compared | seen.hidden
    ]
    reasons = [
        (seen.of_other_versions, "answer is", "answers are", "another version's"),
        (
            seen.strange,
            "prediction names",
            "predictions name",
            "classes that the bundle doesn't have",
        ),
        (seen.rejected, "row", "rows", "would be refused by the API"),
    ]
    said = rows.left_out() if isinstance(rows, Log) else []
    said += [f"{counted(n, one, more)} {rest}" for n, one, more, rest in reasons if n]
    if unseen:
        said.append(f"features that are not there: {', '.join(unseen)} (see log.features)")
    if seen.hidden:
        said.append(f"features that are hashed: {', '.join(sorted(seen.hidden))}")
    return said
