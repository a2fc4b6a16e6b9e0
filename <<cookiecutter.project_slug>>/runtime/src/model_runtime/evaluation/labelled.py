"""Rows whose truth is known, out of those that the bundle answered."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..bundle.schema import Schema
from ..features import Feature, Misfit, Rule
from ..features.missing import MissingTarget
from ..scoring.explain import Reject
from ..tasks import Outputs
from ..training.check import MOST_WEIGHT
from ..training.use_case import UseCase
from .answered import Answered
from .truth import Truth, class_names

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Labelled:
    """The n rows that can be measured, and why the others can't.

    `truth` has each row's class, as its place among the bundle's, or its number; `outputs` the
    shape (n, classes or 1).
    """

    truth: npt.NDArray[np.float64]
    outputs: Outputs
    weight: npt.NDArray[np.int64] | None
    rejects: list[Reject]

    def __len__(self) -> int:
        """Return how many rows there are, each counted as often as it stands for."""
        return len(self.truth) if self.weight is None else int(self.weight.sum())

    def reasons(self) -> list[tuple[str, int]]:
        """Return why records are left out, and how many for each reason, the most first."""
        first = {reject.record: reject for reject in reversed(self.rejects)}
        said = (
            f"'{each.field}' {each.reason}" if each.field else each.reason
            for each in first.values()
        )
        return Counter(said).most_common()


def labelled(
    use_case: UseCase,
    schema: Schema,
    answered: Answered,
    rejects: list[Reject],
    in_csv: bool = False,
) -> Labelled:
    """Return the rows whose target is known; rows that weigh nothing are left out silently.

    Args:
        use_case: Knows target and weight.
        schema: The bundle's.
        answered: With the target, and the weight if there is one, beside.
        rejects: Of the rows that have no answer.
        in_csv: Whether the rows are CSV's, which has words for a missing target.
    """
    features = use_case.features
    rejects = list(rejects)
    weight = _weight(answered.numbers(features.weight or ""))
    if weight is not None:
        rejects += answered.rejects(weight < 0, str(features.weight), _WEIGHT)
        answered, weight = answered.take(weight > 0), weight[weight > 0]
    values = answered.beside.get(features.target, [None] * len(answered))
    is_missing = MissingTarget(class_names(use_case, schema), in_csv)
    missing = np.array([is_missing(value) for value in values], bool)
    rejects += answered.rejects(missing, features.target, "is missing: nothing to measure against")
    kept = answered.take(~missing)
    # A class is a name, and stays as it is.
    values = (
        kept.beside.get(features.target, []) if schema.classes else kept.numbers(features.target)
    )
    truth = Truth(use_case, schema)(values, kept.features)
    unknown = np.isnan(truth)
    rejects += kept.rejects(unknown, features.target, _unknown(schema))
    return Labelled(
        truth[~unknown],
        kept.outputs[~unknown],
        None if weight is None else weight[~missing][~unknown],
        rejects,
    )


_WEIGHT = "is no whole number of rows"


def _weight(values: Sequence[Any]) -> npt.NDArray[np.int64] | None:
    """Return how many rows each stands for, -1 where that is not said; nothing without a column."""
    if all(value is None for value in values):
        return None
    rule = Feature(name="weight", type="integer", min=0, max=MOST_WEIGHT).rule
    return np.array([_whole(rule, value) for value in values], np.int64)


def _whole(rule: Rule, value: Any) -> int:
    try:
        return int(rule.read(rule.cell(value) if isinstance(value, str) else value))
    except Misfit:
        return -1


def _unknown(schema: Schema) -> str:
    if not schema.classes:
        return "is no finite number"
    return f"is none of the model's classes: {', '.join(schema.classes[:20])}"
