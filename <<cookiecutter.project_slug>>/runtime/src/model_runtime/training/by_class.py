"""Precision and recall of each class: how well it is found and told from the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from sklearn.metrics import precision_recall_fscore_support

from ..counts import counted

_MOST = 30


@dataclass(frozen=True)
class ClassScore:
    """One class against the rest, by scikit-learn's definitions.

    `rows` are of the class and `answered` were taken for it; `precision` is the share of those
    answers that are right and `recall` the share of those rows that were found, if there are any.
    """

    name: str
    rows: int
    answered: int
    precision: float | None
    recall: float | None


def by_class(
    truth: Any, answers: Any, names: Sequence[str], weight: Any = None
) -> list[ClassScore]:
    """Measure each class.

    Args:
        truth: The n rows' classes, as indices.
        answers: The classes that were answered, likewise.
        names: The classes' names.
        weight: How many rows each stands for.
    """
    labels = np.arange(len(names))
    precision, recall, _, _ = precision_recall_fscore_support(
        truth, answers, labels=labels, sample_weight=weight, zero_division=np.nan
    )
    rows, answered = (
        np.bincount(each, weights=weight, minlength=len(names)) for each in (truth, answers)
    )
    return [
        ClassScore(name, int(rows[k]), int(answered[k]), _known(precision[k]), _known(recall[k]))
        for k, name in enumerate(names)
    ]


def _known(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def section(scores: Sequence[ClassScore]) -> list[str]:
    """Return a report's lines about the classes with the most rows; none without classes."""
    if not scores:
        return []
    most = sorted(scores, key=lambda score: -score.rows)[:_MOST]
    shown = [score for score in scores if score in most]
    rest = len(scores) - len(shown)
    return [
        "| class | rows | answered | precision | recall |",
        "|---|---|---|---|---|",
        *(_line(score) for score in shown),
        *(
            [f"\nAnd {counted(rest, 'class', 'classes')} with fewer rows: see `metrics.json`."]
            if rest
            else []
        ),
        "",
        "Precision: how many of the answers are right. Recall: how many of the rows are found.",
        "",
    ]


def _line(score: ClassScore) -> str:
    name = score.name.replace("|", r"\|").replace("\n", " ")
    shares = ["" if share is None else f"{share:.3f}" for share in (score.precision, score.recall)]
    return f"| {name} | {score.rows:,} | {score.answered:,} | {shares[0]} | {shares[1]} |"
