"""Prove that a compiled model answers as scikit-learn does, or say where it does not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from ..bundle.engines import Columns, Engine, SklearnEngine
from ..bundle.metadata import Parity
from ..bundle.row_answers import BLOCK, Answers, answer_each, engine_answers
from ..counts import counted
from ..progress import advance
from ..tasks import TASKS, Outputs, TaskName, class_indices
from .threads import one_thread_for_few

TOLERANCE = 1e-5
"""Largest difference of a probability; for regression relative, see `prove`."""

_PATIENCE = {"extremes": 256}
"""The rows of a group that scikit-learn may refuse before the rest is left out; else 32."""


@dataclass(frozen=True)
class _Difference:
    """A group's rows: compared, unlike, of another class, and answered by one of the two alone."""

    rows: int
    largest: float
    over: int
    labels: int
    lacking: int
    surplus: int


def prove(
    pipeline: Pipeline,
    engine: Engine,
    groups: Mapping[str, pd.DataFrame],
    task: TaskName,
    at_least: int = 1,
    scale: float = 1.0,
) -> Parity:
    """Compare an engine with scikit-learn, row by row; see `compare`."""
    columns = {name: columns_of(rows) for name, rows in groups.items()}
    got = {name: engine_answers(engine, each) for name, each in columns.items()}
    return compare(expected(pipeline, columns, got, task), got, task, at_least, scale)


def expected(
    pipeline: Pipeline, groups: Mapping[str, Columns], got: Mapping[str, Answers], task: TaskName
) -> dict[str, Answers]:
    """Return scikit-learn's answers; rows that the other engine refused are asked apart."""
    engine = SklearnEngine(pipeline, task)
    rows, done = sum(len(each.asked) for each in got.values()), 0

    def ask(columns: Columns) -> Outputs:
        nonlocal done
        advance(done, rows, "rows of the proof")
        outputs = engine.run(columns)
        done += len(outputs)
        return outputs

    with one_thread_for_few(BLOCK):
        return {
            name: answer_each(ask, columns, ~got[name].answered, _PATIENCE.get(name, 32))
            for name, columns in groups.items()
        }


def compare(
    expected: Mapping[str, Answers],
    got: Mapping[str, Answers],
    task: TaskName,
    at_least: int = 1,
    scale: float = 1.0,
) -> Parity:
    """Hold an engine's answers against scikit-learn's.

    A row that both refuse is alike in both; one that only one of them refuses differs.

    Args:
        expected: scikit-learn's answers, by group.
        got: The engine's.
        task: Classification or regression.
        at_least: How many rows have to have two answers.
        scale: The target's standard deviation; a regression's differences are held against it, or
            against the prediction where that is larger.
    """
    if not 0 < scale < np.inf:
        raise ValueError(f"differences can't be held against {scale}")
    found = {name: _compare(each, got[name], task, scale) for name, each in expected.items()}
    parts = found.values()
    unlike = _unlike(found, got, expected)
    obstacles = unlike or _too_few(parts, expected, at_least)
    return Parity(
        proven=not obstacles,
        rows={name: each.rows for name, each in found.items()},
        tolerance=TOLERANCE,
        scale=scale,
        largest_difference=_largest(parts),
        differing_rows=sum(each.over + each.lacking + each.surplus for each in parts),
        differing_labels=sum(each.labels for each in parts),
        obstacle="; ".join(obstacles) or None,
    )


def columns_of(rows: pd.DataFrame) -> dict[str, Any]:
    """Return a data frame's columns as an engine takes them."""
    return {str(name): rows[name].to_numpy().reshape(-1, 1) for name in rows.columns}


def _compare(expected: Answers, got: Answers, task: TaskName, scale: float) -> _Difference:
    asked = expected.asked & got.asked
    alike = got.outputs.shape == expected.outputs.shape
    here, there = expected.answered, got.answered & alike
    both = asked & here & there
    one, other = (each.outputs[both] if alike else np.empty((0, 1)) for each in (expected, got))
    distance = _distance(one, other, task, scale)
    # Not `distance > TOLERANCE`, which no NaN is.
    over = ~(distance <= TOLERANCE)
    labels = 0
    if TASKS[task].has_classes and both.any():
        labels = int((class_indices(one) != class_indices(other)).sum())
    lacking, surplus = int((asked & here & ~there).sum()), int((asked & there & ~here).sum())
    largest = float(np.nan_to_num(distance, nan=np.inf).max(initial=0))
    return _Difference(int(both.sum()), largest, int(over.sum()), labels, lacking, surplus)


def _distance(expected: Outputs, got: Outputs, task: TaskName, scale: float) -> Outputs:
    size = 1.0 if TASKS[task].has_classes else np.maximum(scale, np.abs(expected))
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray((np.abs(got - expected) / size).max(axis=1, initial=0))


def _unlike(
    found: Mapping[str, _Difference], got: Mapping[str, Answers], expected: Mapping[str, Answers]
) -> list[str]:
    """Say of each kind of difference how many rows have it, in which groups, and why."""
    rows = sum(each.rows for each in found.values())
    largest = max(each.largest for each in found.values())
    said = []
    if over := _where(found, "over"):
        said += [
            f"of {counted(rows, 'row')} {over} differ from scikit-learn's by up to {largest:.2g}"
        ]
    if labels := _where(found, "labels"):
        said += [f"of {counted(rows, 'row')} {labels} get another class than scikit-learn's"]
    if lacking := _where(found, "lacking"):
        said += [
            f"the compiled model can't answer rows that scikit-learn can: {lacking}{_why(got)}"
        ]
    if surplus := _where(found, "surplus"):
        said += [
            f"the compiled model answers rows that scikit-learn can't: {surplus}{_why(expected)}"
        ]
    return said


def _largest(parts: Iterable[_Difference]) -> float | None:
    """Return the largest difference, where rows were compared and it is a number."""
    largest = max((each.largest for each in parts if each.rows), default=np.inf)
    return largest if np.isfinite(largest) else None


def _where(found: Mapping[str, _Difference], kind: str) -> str:
    counts = {name: getattr(each, kind) for name, each in found.items()}
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)


def _why(answers: Mapping[str, Answers]) -> str:
    reasons = [each.refusal for each in answers.values() if each.refusal]
    return f" ({' '.join(reasons[0].split())})" if reasons else ""


def _too_few(
    parts: Iterable[_Difference], expected: Mapping[str, Answers], at_least: int
) -> list[str]:
    if (rows := sum(each.rows for each in parts)) >= at_least:
        return []
    return [
        f"scikit-learn itself answers only {rows:,} of the rows of the proof, which needs "
        f"{at_least:,}{_why(expected)}"
    ]
