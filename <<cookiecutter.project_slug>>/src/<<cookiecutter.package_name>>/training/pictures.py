"""The report's pictures."""

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from sklearn.calibration import CalibrationDisplay
from sklearn.inspection import permutation_importance
from sklearn.metrics import ConfusionMatrixDisplay, PredictionErrorDisplay, RocCurveDisplay
from sklearn.pipeline import Pipeline

from ..tasks import class_indices
from .rows import Rows
from .split import Split

matplotlib.use("Agg")
from matplotlib import pyplot as plt

IMPORTANCE_ROWS = 1_000
_MANY_CLASSES = 10


def draw_pictures(
    folder: Path,
    pipeline: Pipeline,
    parts: Split,
    classes: list[str],
    seed: int,
) -> dict[str, str]:
    """Draw the hold-out into PNG files.

    Args:
        folder: Where the files go.
        pipeline: The fitted pipeline.
        parts: The rows that were held out are drawn.
        classes: The classes' names; empty for regression.
        seed: For the permutations.

    Returns:
        Each file's name and what it shows.
    """
    test = parts.test
    shown = {"feature_importance.png": "Feature importance"}
    _importance(folder / "feature_importance.png", pipeline, test, seed)
    if not classes:
        _residuals(
            folder / "residuals.png", _each(test, pipeline.predict(test.X)), _each(test, test.y)
        )
        return {"residuals.png": "Residuals", **shown}
    probabilities = _each(test, pipeline.predict_proba(test.X))
    truth = _each(test, np.searchsorted(pipeline[-1].classes_, test.y))
    _confusion(folder / "confusion_matrix.png", truth, class_indices(probabilities), classes)
    curves = _curves(truth, probabilities, classes)
    _roc(folder / "roc.png", curves)
    _calibration(folder / "calibration.png", curves)
    return {
        "confusion_matrix.png": "Confusion matrix",
        "roc.png": "ROC curve",
        "calibration.png": "Calibration",
        **shown,
    }


def _each(rows: Rows, values: Any) -> Any:
    """Repeat values as often as their rows stand for."""
    return np.asarray(values) if rows.weight is None else np.repeat(values, rows.weight, axis=0)


def _curves(truth: Any, probabilities: Any, classes: list[str]) -> dict[str, tuple[Any, Any]]:
    """Return truth and probability of each class against the rest; of two classes the second."""
    columns = [1] if len(classes) == 2 else range(min(len(classes), _MANY_CLASSES))
    found = {classes[k]: (truth == k, probabilities[:, k]) for k in columns}
    return {name: curve for name, curve in found.items() if 0 < curve[0].sum() < len(truth)}


def _confusion(path: Path, truth: Any, predicted: Any, classes: list[str]) -> None:
    size = min(14.0, 4 + 0.4 * len(classes))
    figure, axes = plt.subplots(figsize=(size, size))
    ConfusionMatrixDisplay.from_predictions(
        truth,
        predicted,
        labels=list(range(len(classes))),
        display_labels=classes,
        cmap="Blues",
        colorbar=False,
        xticks_rotation=45 if len(classes) > 2 else 0,
        ax=axes,
    )
    _save(figure, axes, path, "Hold-out: true against predicted class")


def _roc(path: Path, curves: dict[str, tuple[Any, Any]]) -> None:
    figure, axes = plt.subplots(figsize=(5, 5))
    for name, (truth, probability) in curves.items():
        RocCurveDisplay.from_predictions(truth, probability, name=name, ax=axes)
    axes.plot([0, 1], [0, 1], linestyle=":", color="gray", linewidth=1)
    _save(figure, axes, path, "Hold-out: ROC, each class against the rest")


def _calibration(path: Path, curves: dict[str, tuple[Any, Any]]) -> None:
    figure, axes = plt.subplots(figsize=(5, 5))
    for name, (truth, probability) in curves.items():
        CalibrationDisplay.from_predictions(
            truth, probability, n_bins=8, strategy="quantile", name=name, ax=axes
        )
    axes.set_xlabel("Mean predicted probability")
    axes.set_ylabel("Share of the class")
    _save(figure, axes, path, "Hold-out: calibration")


def _residuals(path: Path, predicted: Any, y: Any) -> None:
    figure, both = plt.subplots(1, 2, figsize=(10, 5))
    for axes, kind in zip(both, ("actual_vs_predicted", "residual_vs_predicted"), strict=True):
        PredictionErrorDisplay.from_predictions(y, predicted, kind=kind, ax=axes)
    figure.suptitle("Hold-out: predictions and residuals")
    _save(figure, both[0], path, "")


def _importance(path: Path, pipeline: Pipeline, test: Rows, seed: int) -> None:
    every = _each(test, np.arange(len(test.X)))
    drawn = np.random.default_rng(seed).permutation(every)[:IMPORTANCE_ROWS]
    X, y = test.X.iloc[drawn], test.y.iloc[drawn]
    found = permutation_importance(pipeline, X, y, n_repeats=5, random_state=seed)
    order = np.argsort(found.importances_mean)
    figure, axes = plt.subplots(figsize=(7, 1.5 + 0.35 * len(order)))
    names = [X.columns[k] for k in order]
    axes.barh(names, found.importances_mean[order], xerr=found.importances_std[order])
    axes.axvline(0, color="gray", linewidth=1)
    axes.set_xlabel("Loss of score when the column is shuffled (5 times)")
    _save(figure, axes, path, "Hold-out: permutation importance")


def _save(figure: Any, axes: Any, path: Path, title: str) -> None:
    if title:
        axes.set_title(title)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)
