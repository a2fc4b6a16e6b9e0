"""The report's pictures.

Their size does not grow with the data: they show no more rows, classes and features than one can
look at, and say so.
"""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator
from sklearn.metrics import PredictionErrorDisplay
from sklearn.pipeline import Pipeline

from ..counts import counted
from .class_pictures import draw_classes
from .figures import Picture, figure, save, text
from .importance import Importance, measure_importance
from .split import Split, draw

ROWS = 100_000
FEATURES = 30


def draw_pictures(
    folder: Path,
    pipeline: Pipeline,
    parts: Split,
    classes: list[str],
    seed: int,
) -> dict[str, Picture]:
    """Draw the hold-out into PNG files.

    Args:
        folder: Where the files go.
        pipeline: The fitted pipeline.
        parts: The rows that were held out are drawn.
        classes: The classes' names; empty for regression.
        seed: For the rows and the permutations.

    Returns:
        Each file's name and what it shows.
    """
    test = parts.test
    drawn = draw(test, ROWS, seed)
    rows, at = np.unique(drawn, return_inverse=True)
    X, y = test.X.iloc[rows], test.y.iloc[drawn]
    note = (
        f"{ROWS:,} of {counted(len(test), 'row')}, drawn at random. "
        if len(drawn) < len(test)
        else ""
    )
    importance = measure_importance(pipeline, test, seed)
    last = {"feature_importance.png": _importance(folder / "feature_importance.png", importance)}
    if not classes:
        draw_residuals(folder / "residuals.png", np.asarray(pipeline.predict(X))[at], y)
        return {"residuals.png": Picture("Residuals", note), **last}
    truth = np.searchsorted(pipeline[-1].classes_, y)
    probabilities = pipeline.predict_proba(X)[at]
    return draw_classes(folder, truth, probabilities, classes, note) | last


def draw_residuals(path: Path, predicted: Any, y: Any, of: str = "Hold-out") -> None:
    """Draw predictions (n,) beside the truth."""
    drawn, both = figure(10, 5, 2)
    for axes, kind in zip(both, ("actual_vs_predicted", "residual_vs_predicted"), strict=True):
        PredictionErrorDisplay.from_predictions(y, predicted, kind=kind, ax=axes)
        for axis in (axes.xaxis, axes.yaxis):  # its own ticks are at odd numbers, as 105.2
            axis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10]))
    drawn.suptitle(f"{of}: predictions and residuals")
    save(drawn, both[0], path, "")


def _importance(path: Path, found: Importance) -> Picture:
    order = found.order[:FEATURES][::-1]
    drawn, axes = figure(7, 1.5 + 0.35 * len(order))
    axes.barh(range(len(order)), found.mean[order], xerr=found.spread[order])
    axes.set_yticks(range(len(order)), [text(found.names[k]) for k in order])
    axes.axvline(0, color="gray", linewidth=1)
    axes.margins(y=0.02)
    times = "once" if found.repeats == 1 else f"{found.repeats} times"
    axes.set_xlabel(f"Loss of score when the column is shuffled ({times})")
    save(drawn, axes, path, "Hold-out: permutation importance")
    return Picture("Feature importance", _of_features(found, len(order)))


def _of_features(found: Importance, shown: int) -> str:
    measured, all_of_them = len(found.names), found.n_features
    if measured < all_of_them:
        return f"The first {shown} of {counted(measured, 'feature')}; time did not suffice for " + (
            f"the other {all_of_them - measured:,}."
        )
    return f"The first {shown} of {counted(measured, 'feature')}." if shown < measured else ""
