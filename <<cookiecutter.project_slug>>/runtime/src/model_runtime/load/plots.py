"""The plots of a run, drawn by matplotlib as SVG within the page."""

from io import StringIO
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from .measured import SHARES, Measured
from .resident import Samples

_DECADE = 10

_INK, _LINE, _MUTED = "#1c2733", "#dfe5ec", "#5a6775"
_ACCENT, _WARM, _GOOD, _BAD = "#0b6e99", "#d98200", "#0b6b3a", "#b3261e"
_VARIABLES = {
    **{_INK: "--ink", _LINE: "--line", _MUTED: "--muted"},
    **{_ACCENT: "--accent", _WARM: "--warm", _GOOD: "--good", _BAD: "--bad"},
}
"""The page's own names of the colours, which are others where it is dark."""

_COLOURS = {"p50": _ACCENT, "p95": _WARM, "p99": _BAD}

_DRAWN_IN: Any = {
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor"), _INK),
    **dict.fromkeys(("xtick.color", "ytick.color"), _INK),
    **{"axes.facecolor": "none", "figure.facecolor": "none", "savefig.facecolor": "none"},
}


def plots(measured: Measured, memory: Samples) -> str:
    """Return the plots, one below the other, over the run's seconds.

    Args:
        measured: For the rate, and the times to answer.
        memory: The service's; without any it is not drawn.
    """
    with matplotlib.rc_context(_DRAWN_IN):
        return _svg(_drawn(measured, memory))


def _drawn(measured: Measured, memory: Samples) -> Figure:
    number = 3 if memory else 2
    figure = Figure(figsize=(9, 3 * number), layout="constrained")
    upper, lower, *last = all_axes = figure.subplots(number, 1, sharex=True)
    # A run's last window is what was under way at its end, and no stretch of it.
    windows = measured.windows[:-1] or measured.windows
    ends = [window.at + window.seconds for window in windows]
    _rates(upper, ends, [w.rate for w in windows], [w.failed / w.seconds for w in windows])
    for name, colour in _COLOURS.items():
        place = [f"p{share:g}" for share in SHARES].index(name)
        times = [window.percentiles[place] * 1000 or float("nan") for window in windows]
        lower.plot(ends, times, color=colour, label=name, marker=_marker(ends))
    lower.set_yscale("log")
    lower.yaxis.set_major_formatter("{x:g}")
    low, high = lower.get_ylim()
    # Within a decade there may be no major tick at all; over more of them, minor ones are a crowd.
    lower.yaxis.set_minor_formatter("{x:g}" if high < _DECADE * low else "")
    lower.set(ylabel="milliseconds")
    for axes in last:
        axes.plot(*zip(*memory, strict=True), color=_MUTED, label="memory")
        axes.set(ylabel="megabytes", ylim=(0, None))
    all_axes[-1].set(xlabel="seconds since the start")
    for axes in all_axes:
        axes.grid(color=_LINE)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return figure


def _rates(axes: Any, ends: list[float], answered: list[float], failed: list[float]) -> None:
    axes.plot(ends, answered, color=_GOOD, label="answered", marker=_marker(ends))
    if any(failed):
        axes.plot(ends, failed, color=_BAD, label="failed", marker=_marker(ends))
    axes.set(ylabel="requests a second", ylim=(0, max([*answered, *failed, 1]) * 1.1))


def _marker(ends: list[float]) -> str:
    """Return points for few windows, of which a line alone might show nothing."""
    return "." if len(ends) < 60 else ""


def _svg(figure: Figure) -> str:
    written = StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "load"}):
        figure.savefig(written, format="svg", metadata={"Date": None})
    text = written.getvalue()
    for colour, name in _VARIABLES.items():
        text = text.replace(colour, f"var({name})")
    return text[text.index("<svg") :]
