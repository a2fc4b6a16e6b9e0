"""The common ground of the report's pictures: matplotlib's figures, names, files."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

_LONGEST_NAME = 40


@dataclass(frozen=True)
class Picture:
    """A picture's title, and what of the whole it shows, if not all."""

    title: str
    note: str = ""


def figure(width: float, height: float, columns: int = 1, rows: int = 1) -> tuple[Any, Any]:
    """Return an empty figure, in inches, and its axes."""
    return plt.subplots(rows, columns, figsize=(width, height))


def text(name: str, most: int = _LONGEST_NAME) -> str:
    """Return a name as a picture can show it: short, and without a meaning for matplotlib."""
    line = " ".join(name.split())
    half = most // 2
    short = line if len(line) <= most else f"{line[:half]}…{line[1 - half :]}"
    plain = short.replace("$", r"\$")
    return f" {plain}" if plain.startswith("_") else plain


def save(drawn: Any, axes: Any, path: Path, title: str) -> None:
    """Write a figure to a PNG file and close it."""
    if title:
        axes.set_title(title)
    with warnings.catch_warnings():
        # Its font may lack a name's characters, and long names leave little room: it draws on.
        warnings.simplefilter("ignore", UserWarning)
        drawn.tight_layout()
        drawn.savefig(path, dpi=120, bbox_inches="tight")
    plt.close(drawn)
