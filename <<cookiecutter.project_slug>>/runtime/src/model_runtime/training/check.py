"""Rows held against features.yaml: what is found in a table, or added up over its parts."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..counts import counted
from ..features import Feature, Features
from ..features.columns import Column, read_column, shown
from .target_check import ClassCounts, Origin, TargetCheck
from .task import TRAINING_TASKS

MOST_WEIGHT = 10**12
"""Rows that a row may stand for."""

NO_ROWS = "The data has no rows; see DataLoader.load_data."


@dataclass(frozen=True)
class Misfits:
    """Values that do not fit for one reason: how many, the first, and where that is."""

    count: int
    value: object
    where: str

    def plus(self, other: "Misfits | None") -> "Misfits":
        """Add those of later rows."""
        return replace(self, count=self.count + other.count) if other else self


@dataclass(frozen=True)
class ColumnCheck:
    """A column: its rows, how many lack a value, and values that do not fit, by their reason."""

    rows: int
    missing: int
    wrong: dict[str, Misfits]

    @classmethod
    def of(cls, read: Column, origin: Origin) -> "ColumnCheck":
        """Note what reading a column has found."""
        wrong = sorted(read.wrong, key=lambda each: each.row)
        return cls(
            len(read.values),
            int(read.missing.sum()),
            {each.reason: Misfits(each.count, each.value, origin.row(each.row)) for each in wrong},
        )

    def plus(self, other: "ColumnCheck") -> "ColumnCheck":
        """Add what was found in later rows."""
        wrong = {reason: each.plus(other.wrong.get(reason)) for reason, each in self.wrong.items()}
        return ColumnCheck(
            self.rows + other.rows, self.missing + other.missing, {**other.wrong, **wrong}
        )._in_order(self, other)

    def _in_order(self, *checks: "ColumnCheck") -> "ColumnCheck":
        order = dict.fromkeys(reason for check in checks for reason in check.wrong)
        return replace(self, wrong={reason: self.wrong[reason] for reason in order})


@dataclass(frozen=True)
class Check:
    """All that `problems` speaks of; where columns are wrong, nothing else is looked at."""

    rows: int
    columns: list[str]
    features: dict[str, ColumnCheck]
    weight: ColumnCheck | None
    weighs: bool
    target: ColumnCheck
    values: TargetCheck

    @classmethod
    def of(cls, frame: pd.DataFrame, features: Features, origin: Origin | None = None) -> "Check":
        """Look at a table, or at a part whose origin is told."""
        origin = origin or Origin()
        nothing = ColumnCheck(0, 0, {})
        if found := column_problems(frame, features):
            told = [origin.named(each) for each in found]
            return cls(len(frame), told, {}, None, False, nothing, ClassCounts({}))
        weight = (
            read_column(_weight_rule(features.weight), frame[features.weight])
            if (features.weight)
            else None
        )
        weights = None if weight is None else pd.Series(np.nan_to_num(weight.values))
        target = frame[features.target].reset_index(drop=True)
        return cls(
            len(frame),
            [],
            {
                each.name: ColumnCheck.of(read_column(each.rule, frame[each.name]), origin)
                for each in features.features
            },
            None if weight is None else ColumnCheck.of(weight, origin),
            weights is None or bool(weights.any()),
            ColumnCheck(len(frame), int(target.isna().sum()), {}),
            TRAINING_TASKS[features.task].check_target(target, weights, origin),
        )

    @property
    def readable(self) -> bool:
        """True where each row can be learned from, whatever the others are."""
        checks = [*self.features.values(), *([self.weight] if self.weight else [])]
        missing = self.target.missing + (self.weight.missing if self.weight else 0)
        wrong = missing or any(each.wrong for each in checks)
        return not (self.columns or wrong) and self.values.is_plain

    def plus(self, other: "Check") -> "Check":
        """Add later rows."""
        if self.columns or other.columns:
            return self if self.columns else other
        return Check(
            self.rows + other.rows,
            [],
            {name: each.plus(other.features[name]) for name, each in self.features.items()},
            self.weight.plus(other.weight) if self.weight and other.weight else None,
            self.weighs or other.weighs,
            self.target.plus(other.target),
            self.values.plus(other.values),
        )

    def problems(self, features: Features) -> list[str]:
        """Return a sentence for each thing that does not fit."""
        if self.columns:
            return self.columns
        if not self.rows:
            return [NO_ROWS]
        found = []
        for feature in features.features:
            found += _feature_problems(self.features[feature.name], feature)
        return found + (self._weight_problems(features) or self._target_problems(features))

    def _weight_problems(self, features: Features) -> list[str]:
        if self.weight is None:
            return []
        where = f"Column '{features.weight}', the weight"
        if self.weight.missing:
            return [
                f"{where}: {counted(self.weight.missing, 'row is', 'rows are')} without a value; "
                "give them one, or drop them."
            ]
        found = [f"{_misfit(where, *each)}." for each in self.weight.wrong.items()]
        return found or ([] if self.weighs else [f"{where}, is 0 in every row."])

    def _target_problems(self, features: Features) -> list[str]:
        where = f"The target '{features.target}'"
        if self.target.missing == self.target.rows:
            return [f"{where} is empty in every row; there is nothing to learn."]
        if self.target.missing:
            rows = counted(self.target.missing, "row is", "rows are")
            return [f"{where}: {rows} without a value; drop those rows."]
        return [f"{where} {problem}" for problem in self.values.problems()]


def column_problems(frame: pd.DataFrame, features: Features, only_own: bool = True) -> list[str]:
    """Return a sentence for each column that is missing, there twice, or has no name.

    Args:
        frame: The data.
        features: The columns that they should have.
        only_own: They should have no others.
    """
    if unnamed := [column for column in frame.columns if not isinstance(column, str)]:
        return [
            f"{counted(len(unnamed), 'column of the data has', 'columns of the data have')} no "
            f"text for a name, the first is {shown(unnamed[0])}; name them all in "
            "DataLoader.load_data (frame.columns = …)."
        ]
    names = [feature.name for feature in features.features]
    needed = [*names, features.target, *([features.weight] if features.weight else [])]
    columns = Counter(frame.columns)
    return [
        *(
            f"Column '{name}' is in features.yaml but not in the data; load it or remove it there."
            for name in needed
            if name not in columns
        ),
        *(
            f"Column '{name}' is in the data but not in features.yaml; "
            "add it there or drop it in DataLoader.load_data."
            for name in columns
            if only_own and name not in {*needed, features.id}
        ),
        *(
            f"Column '{name}' is in the data {counted(count, 'time')}; keep one."
            for name, count in sorted(columns.items())
            if count > 1
        ),
    ]


def _feature_problems(check: ColumnCheck, feature: Feature) -> list[str]:
    where = f"Column '{feature.name}'"
    found = []
    if check.missing and not feature.optional:
        found.append(
            f"{where}: {counted(check.missing, 'row is', 'rows are')} without a value; "
            "fill them in DataLoader.load_data or say `optional: true` in features.yaml."
        )
    if check.missing == check.rows:
        found.append(f"{where} has no value in any row; load it or remove it.")
    return found + [
        f"{_misfit(where, reason, misfits)}; change features.yaml "
        f"(type: {feature.type}), or the rows in DataLoader.load_data."
        for reason, misfits in check.wrong.items()
    ]


def _misfit(where: str, reason: str, found: Misfits) -> str:
    return (
        f"{where}: in {counted(found.count, 'row')} the value "
        f"{reason}, first {shown(found.value)} in {found.where}"
    )


def _weight_rule(name: str) -> Any:
    return Feature(name=name, type="integer", min=0, max=MOST_WEIGHT).rule
