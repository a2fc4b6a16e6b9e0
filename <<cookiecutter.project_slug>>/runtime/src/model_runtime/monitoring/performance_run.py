"""Measure logged predictions by their outcomes, and write the report."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ..bundle.read import Bundle
from ..counts import counted
from ..errors import ProjectError
from ..files import replacing
from ..progress import Progress
from ..settings import Settings
from ..training.use_case import UseCase
from .known import read_known
from .outcomes import Outcomes
from .performance import perform
from .performance_card import performance_card
from .performance_pictures import draw_performance
from .performance_report import PerformanceReport
from .periods import Unit, suitable
from .source import Log

MARK = "metrics.json"


@dataclass(frozen=True)
class Asked:
    """The options of a run: the periods, if they are not to suit, and thresholds."""

    unit: Unit | None
    thresholds: dict[str, str]


def measure_performance(
    use_case: UseCase,
    bundle: Bundle,
    settings: Settings,
    console: Console,
    log: Log,
    outcomes: Outcomes,
    asked: Asked,
) -> PerformanceReport:
    """Join a prediction log with outcomes by ID, measure, and write the report.

    Args:
        use_case: For the outcomes' encoding.
        bundle: Whose classes the answers are of; its version may be another.
        settings: For the seed, and where reports are.
        console: For progress.
        log: The predictions.
        outcomes: The outcomes.
        asked: The options.

    Raises:
        ProjectError: Something can't be read, or no prediction has an outcome.
    """
    progress, seed = Progress(console), settings.training.seed
    joined = read_known(use_case, bundle.schema, log, outcomes, seed, progress)
    if not len(joined.known):
        raise ProjectError(
            f"No prediction in {log.source} has an outcome in {outcomes.path}: "
            f"{'; '.join(joined.left_out())}."
        )
    with progress.step("measure") as step:
        unit = asked.unit or suitable(joined.known.times)
        performance = perform(bundle.schema, joined.known, unit, seed)
        step.found = f"{counted(len(joined.known), 'prediction')}, by {unit}"
    folder = reports_folder(settings, "performance")
    report = PerformanceReport(bundle, joined, performance, asked.thresholds, folder)
    with progress.step("report") as step, replacing(folder, MARK) as new:
        _write(new, report, settings)
        step.found = str(folder)
    return report


def reports_folder(settings: Settings, name: str) -> Path:
    """Return where a report goes: beside training's."""
    reports = settings.paths.reports
    return reports.with_name(f"{reports.name}-{name}")


def _write(folder: Path, report: PerformanceReport, settings: Settings) -> None:
    (folder / MARK).write_text(report.json(), "utf-8")
    report.gauges(settings.deployment).write(folder / "performance.prom")
    pictures = draw_performance(folder, report, settings.training.seed)
    (folder / "performance.md").write_text(performance_card(report, pictures), "utf-8")
