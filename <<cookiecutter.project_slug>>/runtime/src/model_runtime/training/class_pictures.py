"""Pictures of a classification: confusion matrix, ROC curves, calibration.

They show no more classes than one can look at, the most frequent ones.
"""

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay

from ..counts import counted
from ..tasks import class_indices
from .calibration import Bin, calibration
from .figures import Picture, figure, save, text

CLASSES = 30
CURVES = 10
BINS = 8
_FEW = 4

Curve = tuple[str, Any, Any]
"""A class's name, whether each row is of it, and its probability."""


def draw_classes(
    folder: Path,
    truth: Any,
    probabilities: Any,
    classes: list[str],
    note: str,
    of: str = "Hold-out",
) -> dict[str, Picture]:
    """Draw how well rows were told apart.

    Args:
        folder: Where the files go.
        truth: The n rows' classes, as indices.
        probabilities: What the model said, shape (n, classes).
        classes: The classes' names.
        note: What is said of the rows.
        of: What the rows are, for the titles.

    Returns:
        Each file's name and what it shows; no curves where all rows are of one class.
    """
    matrix = draw_matrix(folder, truth, class_indices(probabilities), classes, note, of)
    curves = _curves(truth, probabilities, classes)
    if not curves:
        return matrix
    _roc(folder / "roc.png", curves, of)
    _calibration(folder / "calibration.png", curves, of)
    shows = note + _of(len(classes), CURVES)
    return matrix | {
        "roc.png": Picture("ROC curve", shows),
        "calibration.png": Picture("Calibration", shows),
    }


def draw_matrix(
    folder: Path, truth: Any, answers: Any, classes: list[str], note: str, of: str
) -> dict[str, Picture]:
    """Draw which class was taken for which; see `draw_classes`."""
    shown = _most_frequent(truth, len(classes), CLASSES)
    _confusion(folder / "confusion_matrix.png", truth, answers, shown, classes, of)
    return {"confusion_matrix.png": Picture("Confusion matrix", note + _of(len(classes), CLASSES))}


def _of(n_classes: int, shown: int) -> str:
    return (
        f"The {shown} most frequent of {counted(n_classes, 'class', 'classes')}."
        if shown < n_classes
        else ""
    )


def _most_frequent(truth: Any, n_classes: int, most: int) -> list[int]:
    """Return the classes with the most rows, in the classes' order."""
    counts = np.bincount(truth, minlength=n_classes)
    return sorted(int(k) for k in np.argsort(-counts, kind="stable")[:most])


def _curves(truth: Any, probabilities: Any, classes: list[str]) -> list[Curve]:
    """Return each class against the rest; of two classes the second."""
    columns = [1] if len(classes) == 2 else _most_frequent(truth, len(classes), CURVES)
    found = [(text(classes[k]), truth == k, probabilities[:, k]) for k in columns]
    return [curve for curve in found if 0 < curve[1].sum() < len(truth)]


def _confusion(
    path: Path, truth: Any, predicted: Any, shown: list[int], classes: list[str], of: str
) -> None:
    """Draw the classes that are shown, and all others as one."""
    place = np.full(len(classes), len(shown))
    place[shown] = np.arange(len(shown))
    names = [text(classes[k], 24) for k in shown]
    names += ["(others)"] if len(shown) < len(classes) else []
    size = min(14.0, 4 + 0.4 * len(names))
    drawn, axes = figure(size, size)
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
        for name in axes.get_xticklabels():
            name.set(ha="right", rotation_mode="anchor")
    if len(shown) < len(classes):
        _bright(shows)
    save(drawn, axes, path, f"{of}: true against predicted class")


def _bright(shows: ConfusionMatrixDisplay) -> None:
    """Colour by the classes that are shown, beside which all others together would be too many."""
    most = max(1, shows.confusion_matrix[:-1, :-1].max())
    shows.im_.set_clim(0, most)
    for count, shown in zip(shows.confusion_matrix.ravel(), shows.text_.ravel(), strict=True):
        shown.set_color("white" if count > most / 2 else "black")
        shown.set_visible(count > 0)


def _roc(path: Path, curves: list[Curve], of: str) -> None:
    drawn, axes = figure(5 if len(curves) <= _FEW else 9, 5)
    for name, truth, probability in curves:
        RocCurveDisplay.from_predictions(truth, probability, name=name, ax=axes)
    axes.plot([0, 1], [0, 1], linestyle=":", color="gray", linewidth=1)
    axes.set_xlabel("Share of the rest that is taken for the class")
    axes.set_ylabel("Share of the class that is found")
    _legend_outside(axes, len(curves))
    save(drawn, axes, path, f"{of}: ROC, each class against the rest")


def _calibration(path: Path, curves: list[Curve], of: str) -> None:
    drawn, axes = figure(5 if len(curves) <= _FEW else 9, 5)
    for name, truth, probability in curves:
        draw_bins(axes, calibration(probability, truth, BINS), name, len(curves) <= _FEW)
    axes.plot([0, 1], [0, 1], linestyle=":", color="gray", linewidth=1)
    axes.set_xlabel("Mean predicted probability")
    axes.set_ylabel("Share of the class")
    axes.legend()
    _legend_outside(axes, len(curves))
    save(drawn, axes, path, f"{of}: calibration")


def draw_bins(axes: Any, bins: list[Bin], name: str, intervals: bool = True) -> None:
    """Draw what came true over what was said, with 95 % intervals where there is room for them."""
    said, came = ([getattr(each, part) for each in bins] for part in ("predicted", "observed"))
    below = [each.observed - each.low for each in bins]
    above = [each.high - each.observed for each in bins]
    reach = (below, above) if intervals else None
    axes.errorbar(said, came, yerr=reach, marker="s", markersize=4, capsize=3, label=name)


def _legend_outside(axes: Any, n_curves: int) -> None:
    """Put a long legend beside the curves instead of over them."""
    if n_curves > _FEW:
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1))
