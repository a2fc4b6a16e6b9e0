"""The picture of the page: requests a second by server, one bar for each number of connections."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from .figures import Results, measured, rate

COLOURS = {"1": "#9ecae1", "16": "#3182bd", "64": "#08306b", "100 rows": "#fd8d3c"}
NAMES = {"100 rows": "100 rows a request, 16 connections", "1": "1 connection"}


def picture(results: Results, file: Path) -> None:
    """Draw rates on a logarithmic axis, the first server on top."""
    servers = [*measured(results).values()]
    figure, axes = plt.subplots(figsize=(9, 1.2 + 0.62 * len(servers)), layout="constrained")
    height = 0.8 / len(COLOURS)
    for number, (load, colour) in enumerate(COLOURS.items()):
        places = [row + (number - (len(COLOURS) - 1) / 2) * height for row in range(len(servers))]
        rates = [rate(server, load) for server in servers]
        name = NAMES.get(load, f"{load} connections")
        bars = axes.barh(places, rates, height, color=colour, label=name)
        axes.bar_label(bars, [f"{each:,.0f}" for each in rates], padding=2, fontsize=7)
    axes.set_yticks(range(len(servers)), [server["label"] for server in servers])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.margins(x=0.08, y=0.01)
    axes.set_xlabel("requests answered a second, on one core (logarithmic)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    figure.savefig(file, dpi=120)
    plt.close(figure)
