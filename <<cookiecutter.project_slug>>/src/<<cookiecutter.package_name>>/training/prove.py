"""Prove that a compiled model answers as scikit-learn does, or say that it does not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from ..bundle.engines import Engine, Unanswerable
from ..bundle.metadata import Parity
from ..tasks import Outputs, TaskName, class_indices
from .evaluate import predict

TOLERANCE = 1e-5
"""Largest difference of a probability; for regression relative, see `prove`."""


@dataclass(frozen=True)
class _Difference:
    rows: int
    largest: float
    over: int
    labels: int


def prove(
    pipeline: Pipeline,
    engine: Engine,
    groups: dict[str, pd.DataFrame],
    task: TaskName,
    at_least: int = 1,
    scale: float = 1.0,
) -> Parity:
    """Compare an engine with scikit-learn, row by row.

    A group with rows that scikit-learn itself refuses (say, unseen labels where the use case's
    encoder raises an error) is left out; too few others prove nothing.

    Args:
        pipeline: What scikit-learn answers with.
        engine: What has to answer the same.
        groups: See `proof_rows`.
        task: Classification or regression.
        at_least: How many rows have to be compared.
        scale: The target's standard deviation; a regression's differences are held against it, or
            against the prediction where that is larger.
    """
    found: dict[str, _Difference] = {}
    for name, rows in groups.items():
        expected = _answer(lambda rows: predict(pipeline, rows, task), rows)
        if expected is None:
            continue
        got = _answer(lambda rows: engine.run(columns_of(rows)), rows)
        if got is None or got.shape != expected.shape:
            return Parity(
                proven=False,
                tolerance=TOLERANCE,
                obstacle=f"the compiled model can't answer the rows '{name}', scikit-learn can",
            )
        found[name] = _compare(expected, got, task, scale)
    compared = sum(difference.rows for difference in found.values())
    if compared < at_least:
        obstacle = f"scikit-learn itself answers only {compared:,} of the rows of the proof"
        return Parity(proven=False, tolerance=TOLERANCE, obstacle=obstacle)
    over = sum(difference.over for difference in found.values())
    labels = sum(difference.labels for difference in found.values())
    largest = max(difference.largest for difference in found.values())
    obstacle = f"{over:,} of {compared:,} rows differ from scikit-learn's by up to {largest:.2g}"
    return Parity(
        proven=not over and not labels,
        rows={name: difference.rows for name, difference in found.items()},
        tolerance=TOLERANCE,
        scale=scale,
        largest_difference=largest,
        differing_rows=over,
        differing_labels=labels,
        obstacle=obstacle if over or labels else None,
    )


def columns_of(rows: pd.DataFrame) -> dict[str, Any]:
    """Return a data frame's columns as an engine takes them."""
    return {str(name): rows[name].to_numpy().reshape(-1, 1) for name in rows.columns}


def _answer(ask: Callable[[pd.DataFrame], Any], rows: pd.DataFrame) -> Any:
    try:
        answer = np.asarray(ask(rows))
    except (ValueError, Unanswerable):
        return None
    return answer if np.isfinite(answer).all() else None


def _compare(expected: Outputs, got: Outputs, task: TaskName, scale: float) -> _Difference:
    size = np.maximum(scale, np.abs(expected)) if task == "regression" else 1
    distance = (np.abs(got - expected) / size).max(axis=1)
    labels = 0
    if task == "classification":
        labels = int((class_indices(expected) != class_indices(got)).sum())
    over = int((distance > TOLERANCE).sum())
    return _Difference(len(expected), float(distance.max()), over, labels)
