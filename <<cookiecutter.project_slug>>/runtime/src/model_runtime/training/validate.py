"""Hold a data frame against features.yaml, before anything learns from it."""

from collections import Counter
from typing import Any

import pandas as pd

from ..errors import ProjectError
from ..features import Feature, Features
from ..features.columns import read_column, shown
from .task import TRAINING_TASKS

MOST_WEIGHT = 10**12
"""Rows that a row may stand for."""


def validate_frame(frame: pd.DataFrame, features: Features) -> None:
    """Check columns, types, bounds, labels, missing values and the target.

    Raises:
        ProjectError: A sentence for each thing that does not fit.
    """
    found = _column_problems(frame, features)
    if not found and frame.empty:
        found = ["The data has no rows; see DataLoader.load_data."]
    if not found:
        for feature in features.features:
            found += _feature_problems(frame[feature.name], feature)
        wrong = _weight_problems(frame[features.weight]) if features.weight else []
        found += wrong or _target_problems(frame, features)
    if found:
        raise ProjectError("The data does not fit features.yaml:\n" + _bullets(found))


def _bullets(lines: list[str]) -> str:
    return "\n".join(f"  - {line}" for line in lines)


def _column_problems(frame: pd.DataFrame, features: Features) -> list[str]:
    if unnamed := [column for column in frame.columns if not isinstance(column, str)]:
        return [
            f"{len(unnamed)} columns of the data have no text for a name, the first is "
            f"{shown(unnamed[0])}; name them in DataLoader.load_data (frame.columns = …)."
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
            if name not in {*needed, features.id}
        ),
        *(
            f"Column '{name}' is in the data {count} times; keep one."
            for name, count in sorted(columns.items())
            if count > 1
        ),
    ]


def _feature_problems(column: "pd.Series[Any]", feature: Feature) -> list[str]:
    where = f"Column '{feature.name}'"
    read = read_column(feature.rule, column)
    found = []
    if read.missing.any() and not feature.optional:
        found.append(
            f"{where}: {_rows(read.missing.sum())} without a value; "
            "fill them in DataLoader.load_data or say `optional: true` in features.yaml."
        )
    if read.missing.all():
        found.append(f"{where} has no value in any row; load it or remove it.")
    return found + [
        f"{where}: in {wrong.count:,} row{'s' if wrong.count > 1 else ''} the value "
        f"{wrong.reason}, first {shown(wrong.value)} in row {wrong.row}; change features.yaml "
        f"(type: {feature.type}), or the rows in DataLoader.load_data."
        for wrong in read.wrong
    ]


def _weight_problems(weight: "pd.Series[Any]") -> list[str]:
    rule = Feature(name=str(weight.name), type="integer", min=0, max=MOST_WEIGHT).rule
    read = read_column(rule, weight)
    where = f"Column '{weight.name}', the weight"
    if read.missing.any():
        return [
            f"{where}: {_rows(read.missing.sum())} without a value; give them one, or drop them."
        ]
    found = [
        f"{where}: in {wrong.count:,} row{'s' if wrong.count > 1 else ''} the value "
        f"{wrong.reason}, first {shown(wrong.value)} in row {wrong.row}."
        for wrong in read.wrong
    ]
    return found or ([] if read.values.any() else [f"{where}, is 0 in every row."])


def _target_problems(frame: pd.DataFrame, features: Features) -> list[str]:
    target = frame[features.target]
    where = f"The target '{features.target}'"
    missing = target.isna()
    if missing.all():
        return [f"{where} is empty in every row; there is nothing to learn."]
    if missing.any():
        return [f"{where}: {_rows(missing.sum())} without a value; drop those rows."]
    weight = frame[features.weight] if features.weight else pd.Series(1, index=frame.index)
    task = TRAINING_TASKS[features.task]
    return [f"{where} {problem}" for problem in task.target_problems(target, weight)]


def _rows(count: int) -> str:
    return f"{count:,} row{' is' if count == 1 else 's are'}"
