"""Reports of wide tables and many classes: within bounds of work and size, and they say so."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from model_runtime.training.importance import measure_importance
from model_runtime.training.pictures import draw_pictures
from model_runtime.training.rows import Rows
from model_runtime.training.split import Split, draw, folds
from model_runtime.training.task import TRAINING_TASKS


def wide(n: int = 400, columns: int = 340, classes: int = 2) -> Rows:
    """Numbers of which the first says most about the class."""
    random = np.random.default_rng(0)
    names = [f"column {k}" for k in range(columns)]
    X = pd.DataFrame(random.normal(size=(n, columns)), columns=names)
    ranks = X["column 0"].rank(method="first").to_numpy()
    y = pd.Series(np.floor((ranks - 1) * classes / n).astype(int))
    return Rows(X, y)


def pipeline_of(rows: Rows, estimator: Any = None) -> Pipeline:
    steps = [("scale", StandardScaler()), ("estimator", estimator or LogisticRegression())]
    return Pipeline(steps).fit(rows.X, rows.y)


def size(picture: Path) -> tuple[int, ...]:
    """Return a PNG's width and height in pixels, from its header."""
    return struct.unpack(">II", picture.read_bytes()[16:24])


def test_pictures_of_many_columns_and_classes_stay_small(tmp_path: Path) -> None:
    rows = wide(columns=90, classes=40)
    classes = [f"class {k}" for k in range(40)]
    found = draw_pictures(tmp_path, pipeline_of(rows), Split(rows, rows), classes, 0)
    assert set(found) == {file.name for file in tmp_path.iterdir()}
    for name in found:
        assert max(size(tmp_path / name)) <= 1_700, name
    assert found["feature_importance.png"].note == "The first 30 of 90 features."
    assert found["confusion_matrix.png"].note == "The 30 most frequent of 40 classes."
    assert found["roc.png"].note == "The 10 most frequent of 40 classes."


def test_names_that_mean_something_to_matplotlib_are_drawn(tmp_path: Path) -> None:
    rows = wide(columns=4)
    names = [r"$\frac$", "_private", "multi\nline " * 30, "价格"]
    rows = Rows(rows.X.set_axis(names, axis=1), rows.y)
    draw_pictures(tmp_path, pipeline_of(rows), Split(rows, rows), [r"$\no$", "_yes"], 0)
    assert len(list(tmp_path.iterdir())) == 4


def test_many_rows_are_drawn_from(tmp_path: Path) -> None:
    rows = wide(100, 3)
    rows = Rows(rows.X, rows.y, np.full(100, 10_000_000))
    found = draw_pictures(tmp_path, pipeline_of(rows), Split(rows, rows), ["no", "yes"], 0)
    assert found["roc.png"].note == "100,000 of 1,000,000,000 rows, drawn at random. "


def test_rows_are_drawn_by_what_they_stand_for() -> None:
    X = pd.DataFrame({"a": range(4)})
    rows = Rows(X, pd.Series([0, 0, 1, 1]), np.array([0, 1, 3, 96]))
    assert draw(rows, 100, 0).tolist() == [1, 2, 2, 2, *([3] * 96)]
    drawn = np.bincount(draw(rows, 50, 0), minlength=4)
    assert drawn.sum() == 50
    assert (drawn <= [0, 1, 3, 96]).all()
    assert draw(Rows(X, rows.y), 10, 0).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("estimator", [LogisticRegression(), LinearRegression()])
def test_the_column_that_matters_comes_first(estimator: Any) -> None:
    rows = wide(columns=5)
    found = measure_importance(pipeline_of(rows, estimator), rows, 0)
    assert found.names[found.order[0]] == "column 0"
    assert found.mean[0] > 0.2
    assert np.abs(found.mean[1:]).max() < 0.1
    assert found.repeats == 5


def test_importance_ends_when_its_time_is_up_and_says_how_far_it_came() -> None:
    rows = wide(1_000, 1_500)
    found = measure_importance(pipeline_of(rows), rows, 0, seconds=0)
    assert 0 < len(found.names) < found.n_features == 1_500


def test_as_many_folds_as_the_rarest_class_has_rows() -> None:
    random = np.random.default_rng(0)
    y = pd.Series(random.integers(0, 2_000, 100_000))
    rows = Rows(pd.DataFrame({"a": np.zeros(100_000)}), y)
    most_folds = TRAINING_TASKS["classification"].most_folds
    assert most_folds(rows) == y.value_counts().min()
    weighted = Rows(rows.X, y, np.full(100_000, 3))
    assert most_folds(weighted) == 3 * y.value_counts().min()
    parts = list(folds(weighted, 2, 0, "classification"))
    assert sum(len(part.test) for part in parts) == 300_000
