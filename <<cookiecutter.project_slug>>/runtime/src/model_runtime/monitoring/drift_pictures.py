"""Pictures of drift: each column's PSI, the same by time, and what changed where it is largest."""

from pathlib import Path
from typing import Any

import numpy as np

from ..counts import counted
from ..training.figures import Picture, figure, save, text
from .drift import ALPHA, ColumnDrift, Moment
from .drift_report import DriftReport

_COLUMNS = 30
_CHANGES = 6
_BINS = 15
_BEFORE, _NOW = "tab:gray", "tab:orange"


def draw_drift(folder: Path, report: DriftReport) -> dict[str, Picture]:
    """Draw all pictures and return each file's name and what it shows."""
    most = sorted(report.columns, key=lambda each: -each.psi)[:_COLUMNS]
    rest = len(report.columns) - len(most)
    note = f"The first {len(most)} of {counted(len(report.columns), 'column')}. " if rest else ""
    _psi(folder / "psi.png", most, report.limit)
    shown = {"psi.png": Picture("Drift of each column", note)}
    if len(report.periods) > 1:
        _over_time(folder / "over_time.png", most, report)
        about = f"{note}Grey: too few rows to tell it from chance, or none."
        shown["over_time.png"] = Picture(f"By {report.unit}", about)
    _changes(folder / "changes.png", most[:_CHANGES])
    about = "The columns with the largest PSI, in training and now."
    return shown | {"changes.png": Picture("What changed", about)}


def _psi(path: Path, columns: list[ColumnDrift], limit: float) -> None:
    drawn, axes = figure(7, 1.5 + 0.35 * len(columns))
    below = columns[::-1]
    colours = ["tab:red" if each.drifted else "tab:blue" for each in below]
    axes.barh(range(len(below)), [each.psi for each in below], color=colours)
    axes.set_yticks(range(len(below)), [_named(each) for each in below])
    axes.axvline(limit, color="black", linestyle=":", linewidth=1, label=f"limit {limit:g}")
    axes.set_xscale("symlog", linthresh=limit)  # below the limit even, above it by magnitudes
    axes.set_xlim(0, 1.3 * max(limit, *(each.psi for each in columns)))
    axes.margins(y=0.02)
    axes.set_xlabel("Population stability index against training; red: drifted")
    axes.legend(loc="lower right")
    save(drawn, axes, path, "Drift since training")


def _over_time(path: Path, columns: list[ColumnDrift], report: DriftReport) -> None:
    periods = list(report.periods)
    moments = [
        [report.periods[name].get(f"{each.kind} {each.name}") for name in periods]
        for each in columns
    ]
    table = np.array([[_told(each, len(columns)) for each in row] for row in moments])
    size = max(6.0, min(16.0, 3 + 0.35 * len(periods))), 1.8 + 0.35 * len(columns)
    drawn, axes = figure(*size)
    shows = axes.imshow(table, aspect="auto", cmap="YlOrRd", vmin=0, vmax=2 * report.limit)
    drawn.colorbar(shows, ax=axes, label="PSI", extend="max", pad=0.02)
    axes.set_facecolor("whitesmoke")
    axes.set_yticks(range(len(columns)), [_named(each) for each in columns])
    axes.set_xticks(range(len(periods)), periods)
    for name in axes.get_xticklabels():
        name.set(rotation=45, ha="right", rotation_mode="anchor")
    save(drawn, axes, path, f"Drift since training, by {report.unit}")


def _told(moment: Moment | None, columns: int) -> float:
    """Return a PSI that is not by chance, else NaN."""
    return moment.psi if moment and moment.p < ALPHA / columns else np.nan


def _changes(path: Path, columns: list[ColumnDrift]) -> None:
    across = min(2, len(columns))
    down = -(-len(columns) // across)
    drawn, panels = figure(6.0 * across, 3.6 * down, columns=across, rows=down)
    flat = np.atleast_1d(panels).ravel()
    for axes, each in zip(flat, columns, strict=False):
        _change(axes, each)
    for axes in flat[len(columns) :]:
        axes.set_visible(False)
    flat[0].legend()
    save(drawn, flat[0], path, "")


def _change(axes: Any, column: ColumnDrift) -> None:
    """Draw the shares of a column's bins beside each other, of many those that moved most."""
    bins = [each for each in column.bins if each.before or each.now]
    if len(bins) > _BINS:
        least = sorted(abs(each.now - each.before) for each in bins)[-_BINS]
        bins = [each for each in bins if abs(each.now - each.before) >= least][:_BINS]
    places = np.arange(len(bins))
    for shift, side, colour in ((-0.2, "before", _BEFORE), (0.2, "now", _NOW)):
        label = "training" if side == "before" else "now"
        shares = [getattr(each, side) for each in bins]
        axes.bar(places + shift, shares, 0.4, color=colour, label=label)
    axes.set_xticks(places, [text(each.name, 24) for each in bins], fontsize="small")
    for name in axes.get_xticklabels():
        name.set(rotation=45, ha="right", rotation_mode="anchor")
    axes.set_ylabel("share of the rows")
    axes.set_title(f"{_named(column)}, PSI {column.psi:.3g}", fontsize="medium")


def _named(column: ColumnDrift) -> str:
    return text(f"{column.name} ({column.kind})")
