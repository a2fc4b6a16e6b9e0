"""Pictures of how good logged predictions were."""

from pathlib import Path
from typing import Any

import numpy as np

from ..counts import counted
from ..tasks import TASKS, class_indices
from ..training.class_pictures import draw_bins, draw_classes, draw_matrix
from ..training.figures import Picture, figure, save, text
from ..training.pictures import ROWS, draw_residuals
from .answers import complete
from .performance import Known, Measurement, Performance
from .performance_card import calibrated
from .performance_report import PerformanceReport

_OF = "Logged predictions"
_CLASSES = 30
_PANELS = 3


def draw_performance(folder: Path, report: PerformanceReport, seed: int) -> dict[str, Picture]:
    """Draw all pictures and return each file's name and what it shows.

    Args:
        folder: Where the files go.
        report: What was measured.
        seed: For the rows that are drawn, where they are many.
    """
    found, schema = report.performance, report.bundle.schema
    shown = {"over_time.png": _over_time(folder / "over_time.png", report)}
    if len(found.versions) > 1:
        shown["by_version.png"] = _by_version(folder / "by_version.png", report)
    known, note = _drawn(report.joined.known, seed)
    if not schema.classes:
        draw_residuals(folder / "residuals.png", known.outputs[:, 0], known.truth, _OF)
        shown["residuals.png"] = Picture("Residuals", note)
    else:
        shown |= _of_classes(folder, known, schema.classes, note)
        shown["by_class.png"] = _by_class(folder / "by_class.png", found)
    shown["calibration.png"] = _calibration(folder / "calibration.png", report)
    return shown


def _drawn(known: Known, seed: int) -> tuple[Known, str]:
    if len(known) <= ROWS:
        return known, ""
    rows = np.random.default_rng(seed).choice(len(known), ROWS, replace=False)
    return known.take(np.sort(rows)), f"{ROWS:,} of {len(known):,}, drawn at random. "


def _of_classes(folder: Path, known: Known, classes: list[str], note: str) -> dict[str, Picture]:
    truth = known.truth.astype(int)
    if complete(known.outputs):
        return draw_classes(folder, truth, known.outputs, classes, note, _OF)
    answers = class_indices(np.nan_to_num(known.outputs))
    return draw_matrix(folder, truth, answers, classes, note, _OF)


def _metrics(report: PerformanceReport) -> list[str]:
    """Return the metrics that are drawn: the primary one, and those with thresholds."""
    primary = TASKS[report.bundle.schema.task].primary
    names = dict.fromkeys([primary, *report.thresholds])
    return [name for name in names if name in report.performance.whole.metrics][:_PANELS]


def _over_time(path: Path, report: PerformanceReport) -> Picture:
    found, names = report.performance, _metrics(report)
    labels = list(found.periods)
    drawn, panels = figure(
        max(6.0, min(16.0, 2 + 0.35 * len(labels))), 1.8 + 3.0 * len(names), rows=len(names) + 1
    )
    for axes, name in zip(panels, names, strict=False):
        _intervals(axes, list(found.periods.values()), name)
        _beside(axes, report, name)
        _switches(axes, found)
        axes.set_ylabel(name)
        axes.set_xticks(range(len(labels)), [""] * len(labels))
        axes.set_xlim(-0.6, len(labels) - 0.4)
    rows = [part.rows for part in found.periods.values()]
    panels[-1].bar(range(len(labels)), rows, color="tab:gray")
    panels[-1].set_ylabel("predictions")
    panels[-1].set_xlim(-0.6, len(labels) - 0.4)
    _named(panels[-1], labels)
    drawn.align_ylabels()
    save(drawn, panels[0], path, f"{_OF}: {' and '.join(names)} by {found.unit}")
    return Picture(f"By {found.unit}", "Bars are intervals of 95 %.")


def _intervals(axes: Any, parts: list[Measurement], name: str) -> None:
    """Draw a metric of each part, with its interval."""
    places = [place for place, part in enumerate(parts) if name in part.metrics]
    values = np.array([parts[place].metrics[name] for place in places])
    ends = [parts[place].intervals.get(name, (np.nan, np.nan)) for place in places]
    reach = np.abs(np.array(ends, float).reshape(-1, 2).T - values)
    axes.errorbar(places, values, yerr=reach, marker="o", markersize=4, capsize=3, linewidth=1)


def _beside(axes: Any, report: PerformanceReport, name: str) -> None:
    """Draw the hold-out's metric and the threshold, to compare with."""
    if name in report.bundle.metadata.metrics:
        held = report.bundle.metadata.metrics[name]
        label = f"hold-out of version {report.bundle.metadata.version}"
        axes.axhline(held, color="tab:green", linestyle="--", linewidth=1, label=label)
    if name in report.thresholds:
        threshold = report.thresholds[name]
        limit = float(threshold.lstrip("<>= "))
        label = f"has to be {threshold}"
        axes.axhline(limit, color="tab:red", linestyle=":", linewidth=1, label=label)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), fontsize="small")


def _switches(axes: Any, found: Performance) -> None:
    """Mark the periods in which a version was first."""
    if len(found.versions) < 2:
        return
    labels = list(found.periods)
    for version, start in found.first.items():
        place = labels.index(start)
        axes.axvline(place, color="gray", linewidth=0.8)
        axes.annotate(
            f" version {version}",
            (place, 0.03),
            xycoords=("data", "axes fraction"),
            fontsize="small",
            color="gray",
        )


def _named(axes: Any, labels: list[str]) -> None:
    axes.set_xticks(range(len(labels)), labels)
    for name in axes.get_xticklabels():
        name.set(rotation=45, ha="right", rotation_mode="anchor")


def _by_version(path: Path, report: PerformanceReport) -> Picture:
    parts, names = report.performance.versions, _metrics(report)
    drawn, panels = figure(4.0 * len(names) + 1, 3.5, columns=len(names))
    for axes, name in zip(np.atleast_1d(panels), names, strict=True):
        _intervals(axes, list(parts.values()), name)
        axes.lines[0].set_linestyle("")
        axes.set_xticks(range(len(parts)), [f"version {each}" for each in parts])
        axes.margins(x=0.3)
        axes.set_title(f"{_OF}: {name}")
    save(drawn, np.atleast_1d(panels)[0], path, "")
    return Picture("By version", "Bars are intervals of 95 %.")


def _by_class(path: Path, found: Performance) -> Picture:
    most = sorted(found.classes, key=lambda each: -each[0].rows)[:_CLASSES][::-1]
    drawn, axes = figure(7, 1.5 + 0.4 * len(most))
    for shift, part, colour in ((0.15, "precision", "tab:blue"), (-0.15, "recall", "tab:orange")):
        told = [
            (place + shift, getattr(score, part), getattr(ends, part))
            for place, (score, ends) in enumerate(most)
            if getattr(ends, part) is not None
        ]
        places, values, ends = zip(*told, strict=True) if told else ((), (), ())
        reach = np.abs(np.array(ends, float).reshape(-1, 2).T - np.array(values, float))
        axes.errorbar(
            values, places, xerr=reach, fmt="o", markersize=4, capsize=3, color=colour, label=part
        )
    names = [f"{text(score.name)} ({score.rows:,})" for score, _ in most]
    axes.set_yticks(range(len(most)), names)
    axes.set_xlim(0, 1.02)
    axes.set_ylim(-0.6, len(most) - 0.4)
    axes.grid(axis="x", alpha=0.3)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
    save(drawn, axes, path, f"{_OF}: each class")
    rest = len(found.classes) - len(most)
    note = (
        f"The {len(most)} most frequent of {counted(len(found.classes), 'class', 'classes')}. "
        if rest
        else ""
    )
    return Picture("By class", f"{note}Bars are intervals of 95 %.")


def _calibration(path: Path, report: PerformanceReport) -> Picture:
    found, schema = report.performance, report.bundle.schema
    drawn, axes = figure(5, 5)
    draw_bins(axes, found.calibration, _OF.lower())
    ends = [each.predicted for each in found.calibration]
    diagonal = [0, 1] if schema.classes else [min(ends), max(ends)]
    axes.plot(diagonal, diagonal, linestyle=":", color="gray", linewidth=1)
    axes.set_xlabel("Mean prediction" if not schema.classes else "Mean predicted probability")
    axes.set_ylabel("Mean outcome" if not schema.classes else "Share that came true")
    save(drawn, axes, path, f"Calibration of {text(calibrated(report))}")
    return Picture("Calibration", "Bins of about as many predictions; bars are intervals of 95 %.")
