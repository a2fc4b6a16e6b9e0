"""Compare what the two engines answer and what they refuse."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline

from model_runtime.bundle.engines import (
    Engine,
    OnnxEngine,
    SklearnEngine,
    Unanswerable,
)
from model_runtime.compiler.compile import compile_pipeline
from model_runtime.compiler.prove import columns_of
from model_runtime.tasks import TaskName

EXACT = 1e-12


def pipeline_of(preprocessor: Any, estimator: Any) -> Pipeline:
    return Pipeline([("preprocessor", preprocessor), ("estimator", estimator)])


def answers(engine: Engine, rows: pd.DataFrame) -> Any:
    """Return each row's answer, NaN where the engine refuses the row."""
    try:
        return engine.run(columns_of(rows))
    except Unanswerable:
        if len(rows) == 1:
            return np.full((1, 1), np.nan)
        middle = len(rows) // 2
        found = [answers(engine, part) for part in (rows.iloc[:middle], rows.iloc[middle:])]
        width = max(answer.shape[1] for answer in found)
        return np.vstack([np.broadcast_to(answer, (len(answer), width)) for answer in found])


def largest_difference(pipeline: Pipeline, X: pd.DataFrame, rows: pd.DataFrame) -> float:
    """Return by how much the engines' answers differ; that of large predictions, relatively.

    They must refuse the same rows.
    """
    task: TaskName = "classification" if is_classifier(pipeline) else "regression"
    got = answers(OnnxEngine(compile_pipeline(pipeline, X)), rows)
    expected = answers(SklearnEngine(pipeline, task), rows)
    refused = np.isnan(expected).any(axis=1)
    np.testing.assert_array_equal(np.isnan(got).any(axis=1), refused)
    if refused.all():
        return 0.0
    got, expected = got[~refused], expected[~refused]
    return float((np.abs(got - expected) / np.maximum(1, np.abs(expected))).max())
