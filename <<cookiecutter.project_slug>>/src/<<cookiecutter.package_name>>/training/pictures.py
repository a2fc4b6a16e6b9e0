"""The report's pictures.

Their size does not grow with the data: they show no more rows, classes and features than one can
look at, and say so.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import ConfusionMatrixDisplay, PredictionErrorDisplay, RocCurveDisplay
from sklearn.pipeline import Pipeline

from ..bundle.engines import class_indices
from .importance import Importance, measure_importance
from .split import Split, draw

matplotlib.use("Agg")
from matplotlib import pyplot as plt

ROWS = 100_000
CLASSES = 30
CURVES = 10
FEATURES = 30
_FEW = 4
_LONGEST_NAME = 40

Curve = tuple[str, Any, Any]
"""A class's name, whether each row is of it, and its probability."""


@dataclass(frozen=True)
class Picture:
    """A picture's title, and what of the whole it shows, if not all."""

    title: str
    note: str = ""


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
    note = f"{ROWS:,} of {len(test):,} rows, drawn at random. " if len(drawn) < len(test) else ""
    importance = measure_importance(pipeline, test, seed)
    last = {"feature_importance.png": _importance(folder / "feature_importance.png", importance)}
    if not classes:
        _residuals(folder / "residuals.png", np.asarray(pipeline.predict(X))[at], y)
        return {"residuals.png": Picture("Residuals", note), **last}
    probabilities = pipeline.predict_proba(X)[at]
    truth = np.searchsorted(pipeline[-1].classes_, y)
    shown = _most_frequent(truth, len(classes), CLASSES)
    _confusion(folder / "confusion_matrix.png", truth, class_indices(probabilities), shown, classes)
    first = Picture("Confusion matrix", note + _of(len(classes), CLASSES))
    curves = _curves(truth, probabilities, classes)
    _roc(folder / "roc.png", curves)
    _calibration(folder / "calibration.png", curves)
    note += _of(len(classes), CURVES)
    return {
        "confusion_matrix.png": first,
        "roc.png": Picture("ROC curve", note),
        "calibration.png": Picture("Calibration", note),
        **last,
    }


def _of(n_classes: int, shown: int) -> str:
    return f"The {shown} most frequent of {n_classes:,} classes." if shown < n_classes else ""


def _most_frequent(truth: Any, n_classes: int, most: int) -> list[int]:
    """Return the classes with the most rows, in the classes' order."""
    counts = np.bincount(truth, minlength=n_classes)
    return sorted(int(k) for k in np.argsort(-counts, kind="stable")[:most])


def _curves(truth: Any, probabilities: Any, classes: list[str]) -> list[Curve]:
    """Return each class against the rest; of two classes the second."""
    columns = [1] if len(classes) == 2 else _most_frequent(truth, len(classes), CURVES)
    found = [(_text(classes[k]), truth == k, probabilities[:, k]) for k in columns]
    return [curve for curve in found if 0 < curve[1].sum() < len(truth)]


def _confusion(
    path: Path, truth: Any, predicted: Any, shown: list[int], classes: list[str]
) -> None:
    """Draw the classes that are shown, and all others as one."""
    place = np.full(len(classes), len(shown))
    place[shown] = np.arange(len(shown))
    names = [_text(classes[k], 24) for k in shown]
    names += ["(others)"] if len(shown) < len(classes) else []
    size = min(14.0, 4 + 0.4 * len(names))
    figure, axes = plt.subplots(figsize=(size, size))
    shows = ConfusionMatrixDisplay.from_predictions(
        place[truth],
        place[predicted],
        labels=list(range(len(names))),
        display_labels=names,
        cmap="Blues",
        colorbar=False,
        ax=axes,
    )
    if len(names) > 2:
        axes.tick_params("x", rotation=45)
        plt.setp(axes.get_xticklabels(), ha="right", rotation_mode="anchor")
    if len(shown) < len(classes):
        _bright(shows)
    _save(figure, axes, path, "Hold-out: true against predicted class")


def _bright(shows: ConfusionMatrixDisplay) -> None:
    """Colour by the classes that are shown, beside which all others together would be too many."""
    most = max(1, shows.confusion_matrix[:-1, :-1].max())
    shows.im_.set_clim(0, most)
    for count, text in zip(shows.confusion_matrix.ravel(), shows.text_.ravel(), strict=True):
        text.set_color("white" if count > most / 2 else "black")
        text.set_visible(count > 0)


def _roc(path: Path, curves: list[Curve]) -> None:
    figure, axes = plt.subplots(figsize=(5 if len(curves) <= _FEW else 9, 5))
    for name, truth, probability in curves:
        RocCurveDisplay.from_predictions(truth, probability, name=name, ax=axes)
    axes.plot([0, 1], [0, 1], linestyle=":", color="gray", linewidth=1)
    axes.set_xlabel("Share of the rest that is taken for the class")
    axes.set_ylabel("Share of the class that is found")
    _legend_outside(axes, len(curves))
    _save(figure, axes, path, "Hold-out: ROC, each class against the rest")


def _calibration(path: Path, curves: list[Curve]) -> None:
    figure, axes = plt.subplots(figsize=(5 if len(curves) <= _FEW else 9, 5))
    for name, truth, probability in curves:
        CalibrationDisplay.from_predictions(
            truth, probability, n_bins=8, strategy="quantile", name=name, ax=axes
        )
    axes.set_xlabel("Mean predicted probability")
    axes.set_ylabel("Share of the class")
    _legend_outside(axes, len(curves))
    _save(figure, axes, path, "Hold-out: calibration")


def _legend_outside(axes: Any, n_curves: int) -> None:
    """Put a long legend beside the curves instead of over them."""
    if n_curves > _FEW:
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1))


def _residuals(path: Path, predicted: Any, y: Any) -> None:
    figure, both = plt.subplots(1, 2, figsize=(10, 5))
    for axes, kind in zip(both, ("actual_vs_predicted", "residual_vs_predicted"), strict=True):
        PredictionErrorDisplay.from_predictions(y, predicted, kind=kind, ax=axes)
    figure.suptitle("Hold-out: predictions and residuals")
    _save(figure, both[0], path, "")


def _importance(path: Path, found: Importance) -> Picture:
    order = found.order[:FEATURES][::-1]
    figure, axes = plt.subplots(figsize=(7, 1.5 + 0.35 * len(order)))
    axes.barh(range(len(order)), found.mean[order], xerr=found.spread[order])
    axes.set_yticks(range(len(order)), [_text(found.names[k]) for k in order])
    axes.axvline(0, color="gray", linewidth=1)
    axes.margins(y=0.02)
    times = "once" if found.repeats == 1 else f"{found.repeats} times"
    axes.set_xlabel(f"Loss of score when the column is shuffled ({times})")
    _save(figure, axes, path, "Hold-out: permutation importance")
    return Picture("Feature importance", _of_features(found, len(order)))


def _of_features(found: Importance, shown: int) -> str:
    measured, all_of_them = len(found.names), found.n_features
    if measured < all_of_them:
        return f"The first {shown} of {measured:,} features; time did not suffice for " + (
            f"the other {all_of_them - measured:,}."
        )
    return f"The first {shown} of {measured:,} features." if shown < measured else ""


def _text(name: str, most: int = _LONGEST_NAME) -> str:
    """Return a name as a picture can show it: short, and without a meaning for matplotlib."""
    line = " ".join(name.split())
    half = most // 2
    short = line if len(line) <= most else f"{line[:half]}…{line[1 - half :]}"
    plain = short.replace("$", r"\$")
    return f" {plain}" if plain.startswith("_") else plain


def _save(figure: Any, axes: Any, path: Path, title: str) -> None:
    if title:
        axes.set_title(title)
    with warnings.catch_warnings():
        # Its font may lack a name's characters, and long names leave little room: it draws on.
        warnings.simplefilter("ignore", UserWarning)
        figure.tight_layout()
        figure.savefig(path, dpi=120, bbox_inches="tight")
    plt.close(figure)
