"""Metrics and figures of the use case's own, for the run, the model card and the registry.

Only the fit that becomes the model keeps them: in folds, in the comparison with leaks, in the
doctor's and in a use case's own tests the same calls do nothing.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from io import BytesIO
from math import isfinite
from pathlib import Path
from typing import Any

from ..errors import ProjectError
from ..features.number import as_float, is_number
from ..tasks import TASKS

_NAME = re.compile(r"\w[\w.-]{0,79}")
_MEASURED = frozenset(metric for task in TASKS.values() for metric in task.metrics)


@dataclass
class Records:
    """The metrics, and the figures as PNG, by their names."""

    metrics: dict[str, float] = field(default_factory=dict)
    figures: dict[str, bytes] = field(default_factory=dict)

    def section(self) -> list[str]:
        """Return the model card's lines about the metrics."""
        if not self.metrics:
            return []
        rows = (f"| {name} | {value:.6g} |" for name, value in self.metrics.items())
        return ["## What the use case recorded", "", "| metric | value |", "|---|---|", *rows, ""]

    def draw(self, folder: Path) -> dict[str, str]:
        """Write the figures and return each file's name and title."""
        files = {f"recorded-{name}.png": name for name in self.figures}
        for file, name in files.items():
            (folder / file).write_bytes(self.figures[name])
        return files


_kept: ContextVar[Records | None] = ContextVar("records", default=None)


@contextmanager
def keeping() -> Iterator[Records]:
    """Keep what is recorded until the block ends."""
    records = Records()
    token = _kept.set(records)
    try:
        yield records
    finally:
        _kept.reset(token)


def record_metric(name: str, value: float) -> None:
    """Record a number of the use case's own, beside the metrics that training measures.

    It is in the model card, `metrics.json`, the bundle's metadata and the registry's run. Of one
    name the last counts.

    Args:
        name: Letters, digits, `_`, `-` and `.`; none of training's metrics.
        value: A finite number.

    Raises:
        ProjectError: It has another name or value.
    """
    _demand_name("record_metric", name)
    if name in _MEASURED:
        raise ProjectError(f"record_metric: training measures {name} itself; choose another name.")
    if not is_number(value) or not isfinite(as_float(value)):
        raise ProjectError(f"record_metric: {name} is {value!r}; record a finite number.")
    if (records := _kept.get()) is not None:
        records.metrics[name] = as_float(value)


def record_figure(name: str, figure: Any) -> None:
    """Record a picture of the use case's own, for the model card and the registry's run.

    It is drawn at once, so that it may be changed or closed afterwards.

    Args:
        name: Letters, digits, `_`, `-` and `.`.
        figure: A figure of matplotlib's, or something else with its `savefig`.

    Raises:
        ProjectError: It has another name, or is no figure.
    """
    _demand_name("record_figure", name)
    if not hasattr(figure, "savefig"):
        kind = type(figure).__name__
        raise ProjectError(f"record_figure: {name} is a {kind}; record a figure of matplotlib's.")
    if (records := _kept.get()) is not None:
        picture = BytesIO()
        figure.savefig(picture, format="png", dpi=120, bbox_inches="tight")
        records.figures[name] = picture.getvalue()


def _demand_name(function: str, name: str) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ProjectError(
            f"{function}: the name {name!r} has other characters than letters, digits, '_', '-' "
            "and '.', or too many of them (80)."
        )
