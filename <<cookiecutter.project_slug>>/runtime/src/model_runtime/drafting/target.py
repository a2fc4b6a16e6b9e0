"""The column that is predicted: which one, by which task, and what is to be known of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..counts import counted
from ..errors import ProjectError
from ..features.category import LONGEST_LABEL
from ..tasks import TaskName
from .column import looks_like_dates, plain_column
from .grouped import about_grouped, grouped_number
from .scalar import scalar

MOST_CLASSES = 20
"""Whole numbers that may be classes."""

_NAMED = 20
_ROWS_OF_A_CLASS = 2
_LABELS = (str, (bool, np.bool_))


@dataclass(frozen=True)
class Target:
    """The target: `comments` are for features.yaml, `why` says why it is this task."""

    name: str
    task: TaskName
    why: str
    comments: list[str]
    missing: int


def find_target(frame: pd.DataFrame, asked: str) -> str:
    """Return the column that was asked for, or the last one.

    Raises:
        ProjectError: There is no such column, or no other beside it.
    """
    names = [str(name) for name in frame.columns]
    if len(names) < 2:
        raise ProjectError(
            f"The table has only the column {names[0]!r}; it needs a target and columns to predict "
            "it by. Is something else than , ; | or a tab between them?"
        )
    if not asked:
        return names[-1]
    if asked not in names:
        close = [name for name in names if name.strip().lower() == asked.strip().lower()]
        hint = (
            f"; is it {close[0]!r}?"
            if close
            else f"; it has {', '.join(map(repr, names[:_NAMED]))}"
        )
        raise ProjectError(f"TARGET={asked}: the table has no such column{hint}")
    return asked


def draft_target(
    name: str, column: "pd.Series[Any]", present: TaskName | None, asked: str
) -> Target:
    """Return what a target looks like.

    Args:
        name: Its name.
        column: Its values.
        present: The project's task, for whole numbers that may be classes or not.
        asked: The task that was asked for, if one was.

    Raises:
        ProjectError: Nothing can be learned from it.
    """
    if len(name) > LONGEST_LABEL:
        raise ProjectError(
            f"The target's name is longer than {LONGEST_LABEL} characters; rename it."
        )
    column = plain_column(column)
    values = column.dropna()
    _check_type(name, values)
    if values.nunique() < 2:
        found = f"{scalar(values.iloc[0])} in every row" if len(values) else "empty in every row"
        raise ProjectError(f"The target {name!r} is {found}; name another one: TARGET=column.")
    task, why = _task(name, column, values, present)
    if asked and asked != task:
        _check(name, values, asked)
        task, why = "regression" if asked == "regression" else "classification", "asked for"
    comments = _of_classes(values) if task == "classification" else _of_numbers(values)
    return Target(name, task, why, comments, int(column.isna().sum()))


def _task(
    name: str, column: "pd.Series[Any]", values: "pd.Series[Any]", present: TaskName | None
) -> tuple[TaskName, str]:
    if pd.api.types.is_bool_dtype(column.dtype) or isinstance(values.iloc[0], bool | np.bool_):
        return "classification", "is true or false"
    if not pd.api.types.is_numeric_dtype(column.dtype):
        _check(name, values, "classification")
        return "classification", "has labels"
    numbers, distinct = values.to_numpy(np.float64), values.nunique()
    if not np.isfinite(numbers).all():
        raise ProjectError(f"The target {name!r} is infinite in some rows; drop them.")
    if (numbers % 1).any() or distinct > MOST_CLASSES:
        return "regression", "looks like a number"
    if distinct == 2 or present != "regression":
        return "classification", f"has only {counted(distinct, 'value')}, whole numbers"
    return "regression", f"is a number, of {counted(distinct, 'value')}"


def _check_type(name: str, values: "pd.Series[Any]") -> None:
    """Refuse values that are not all texts, numbers or booleans; some can't even be compared.

    Raises:
        ProjectError: They are not.
    """
    if pd.api.types.is_numeric_dtype(values.dtype):
        return
    if not any(all(isinstance(each, kind) for each in values) for kind in _LABELS):
        found = " and ".join(sorted({type(each).__name__ for each in values}))
        raise ProjectError(
            f"The target {name!r} has values of the type {found}; a target has "
            "numbers, or texts as classes."
        )


def _check(name: str, values: "pd.Series[Any]", task: str) -> None:
    """Refuse a task that a target can't have.

    Raises:
        ProjectError: It can't.
    """
    if values.dtype.kind not in "iufb" and (number := grouped_number(values)):
        raise ProjectError(f"The target {name!r} has {about_grouped(number)}.")
    if task == "regression":
        if not pd.api.types.is_numeric_dtype(values.dtype):
            raise ProjectError(f"The target {name!r} is no number: it can't be a regression's.")
        return
    if task != "classification":
        raise ProjectError(f"TASK={task}: say classification or regression.")
    if pd.api.types.is_numeric_dtype(values.dtype):
        if (values % 1).any():
            raise ProjectError(f"The target {name!r} has numbers with decimals, and no classes.")
        return
    if looks_like_dates(values):
        raise ProjectError(f"The target {name!r} has dates; name another one: TARGET=column.")
    if values.map(len).max() > LONGEST_LABEL or values.nunique() > max(2, len(values) / 2):
        raise ProjectError(
            f"The target {name!r} has {counted(values.nunique(), 'different text')} in "
            f"{counted(len(values), 'row')}, which are no classes; name another column: "
            "TARGET=column."
        )


def _of_classes(values: "pd.Series[Any]") -> list[str]:
    counts = values.value_counts()
    share = counts.iloc[0] / len(values)
    shown = ", ".join(f"{scalar(str(name))} ({count:,})" for name, count in counts[:_NAMED].items())
    more = f", and {len(counts) - _NAMED:,} more" if len(counts) > _NAMED else ""
    found = [f"Its classes: {shown}{more}."]
    if rare := int((counts < _ROWS_OF_A_CLASS).sum()):
        found.append(
            f"{counted(rare, 'class has', 'classes have')} one row only: drop it, or "
            "find more of them."
        )
    found.append(f"Always saying the most frequent one is right in {share:.1%} of the rows.")
    return found


def _of_numbers(values: "pd.Series[Any]") -> list[str]:
    low, middle, high = (scalar(float(f"{x:.6g}")) for x in values.quantile([0, 0.5, 1]))
    return [f"Its values: {low} to {high}, half of them at most {middle}."]
