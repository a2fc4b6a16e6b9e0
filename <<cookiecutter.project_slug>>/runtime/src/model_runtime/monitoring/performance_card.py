"""reports-performance/performance.md: how good logged predictions were, in words and tables."""

from datetime import UTC, datetime
from typing import Any

from ..counts import counted
from ..tasks import TASKS
from ..training.figures import Picture
from ..training.model_card import picture_lines
from .performance import Interval, Measurement
from .performance_report import PerformanceReport

_MOST = 60
"""Rows of a table."""

_INSIDE = ("over_time.png", "by_version.png", "by_class.png", "calibration.png")
"""Pictures that belong to a section."""

_METHODS = """Intervals are of 95 %. Of shares (accuracy, precision, recall, calibration) they are
Wilson's (1927), of all other metrics percentiles of a bootstrap over predictions (Efron and
Tibshirani 1993) with training's seed; a mean in a regression's calibration has the normal one. They
take predictions as independent of each other. Times are UTC."""


def performance_card(report: PerformanceReport, pictures: dict[str, Picture]) -> str:
    """Return the page.

    Args:
        report: What was measured.
        pictures: Each file's name and what it shows.
    """
    found = report.performance
    versions = {str(version): part for version, part in found.versions.items()}
    lines = [
        *_head(report),
        *_whole(report),
        *_parts(f"By {found.unit}", found.unit, found.periods),
        *_picture(pictures, "over_time.png"),
        *_parts("By version", "version", versions),
        *_picture(pictures, "by_version.png"),
        *_classes(report),
        *_picture(pictures, "by_class.png"),
        *_calibration(report),
        *_picture(pictures, "calibration.png"),
        "## What was left out",
        "",
        *(f"- {reason}" for reason in report.joined.left_out() or ["nothing"]),
        "",
        *(picture_lines(name, pictures[name]) for name in pictures if name not in _INSIDE),
        "## Methods",
        "",
        _METHODS,
    ]
    return "\n".join(lines) + "\n"


def _head(report: PerformanceReport) -> list[str]:
    joined, whole = report.joined, report.performance.whole
    return [
        f"# {report.bundle.metadata.name}: how good its predictions were",
        "",
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC: "
        f"{counted(whole.rows, 'prediction')} whose outcome is known, of {joined.log.used:,} in "
        f"{joined.log.source} and {counted(joined.counts.outcomes, 'outcome')} in "
        f"{joined.outcomes.path}.",
        "",
    ]


def _whole(report: PerformanceReport) -> list[str]:
    found, held = report.performance, report.bundle.metadata.metrics
    task = TASKS[report.bundle.schema.task]
    return [
        *(f"**{each}.**\n" for each in report.missed),
        f"| metric | logged | 95 % interval | hold-out of version {report.bundle.metadata.version} "
        f"| always {task.simplest} | threshold |",
        "|---|---|---|---|---|---|",
        *(
            f"| {name} | {value:.4g} | {found.whole.range(name)} "
            f"| {f'{held[name]:.4g}' if name in held else ''} | {found.baseline[name]:.4g} "
            f"| {report.thresholds.get(name, '')} |"
            for name, value in found.whole.metrics.items()
        ),
        "",
    ]


def _parts(title: str, what: str, parts: dict[str, Measurement]) -> list[str]:
    names = list(dict.fromkeys(name for part in parts.values() for name in part.metrics))
    return [
        f"## {title}",
        "",
        f"| {what} | predictions | {' | '.join(names)} |",
        "|---" * (2 + len(names)) + "|",
        *(
            f"| {name} | {part.rows:,} | {' | '.join(_cell(part, each) for each in names)} |"
            for name, part in list(parts.items())[-_MOST:]
        ),
        *([f"\nThe last {_MOST} of {len(parts):,}."] if len(parts) > _MOST else []),
        "",
    ]


def _cell(part: Measurement, name: str) -> str:
    if name not in part.metrics:
        return ""
    ends = " to ".join(f"{end:.3g}" for end in part.intervals.get(name, ()))
    return f"{part.metrics[name]:.3g}" + (f" ({ends})" if ends else "")


def _picture(pictures: dict[str, Picture], name: str) -> list[str]:
    """Return the lines of a picture that belongs to a section, where it was drawn."""
    if name not in pictures:
        return []
    return [f"![{pictures[name].title}]({name})", "", pictures[name].note, ""]


def _classes(report: PerformanceReport) -> list[str]:
    classes = sorted(report.performance.classes, key=lambda each: -each[0].rows)[:_MOST]
    if not classes:
        return []
    return [
        "## By class",
        "",
        "| class | outcomes | answered | precision | recall |",
        "|---|---|---|---|---|",
        *(
            f"| {_plain(score.name)} | {score.rows:,} | {score.answered:,} "
            f"| {_share(score.precision, ends.precision)} | {_share(score.recall, ends.recall)} |"
            for score, ends in classes
        ),
        "",
        "Precision: how many of the answers are right. Recall: how many of the class are found.",
        "",
    ]


def _plain(name: str) -> str:
    return name.replace("|", r"\|").replace("\n", " ")


def _share(share: float | None, ends: Interval | None) -> str:
    return "" if share is None or ends is None else f"{share:.3f} ({ends[0]:.3f} to {ends[1]:.3f})"


def _calibration(report: PerformanceReport) -> list[str]:
    found = report.performance
    error = found.calibration_error
    rows: list[Any] = [
        f"| {each.rows:,} | {each.predicted:.4g} | {each.observed:.4g} "
        f"| {each.low:.4g} to {each.high:.4g} |"
        for each in found.calibration
    ]
    said = f"The expected calibration error is {error:.4f}. " if error is not None else ""
    return [
        "## Calibration",
        "",
        f"{said}Of {calibrated(report)}.",
        "",
        "| predictions | predicted, mean | came true | 95 % interval |",
        "|---|---|---|---|",
        *rows,
        "",
    ]


def calibrated(report: PerformanceReport) -> str:
    """Say whose calibration it is."""
    classes = report.bundle.schema.classes
    if not classes:
        return f"the number '{report.bundle.schema.target}'"
    return f"the class '{classes[1]}'" if len(classes) == 2 else "the class that was answered"
