"""Hold a data frame against features.yaml, before anything learns from it."""

import pandas as pd

from ..errors import ProjectError
from ..features import Features
from .check import NO_ROWS, Check, column_problems


def validate_frame(frame: pd.DataFrame, features: Features) -> None:
    """Check columns, types, bounds, labels, missing values and the target.

    Raises:
        ProjectError: A sentence for each thing that does not fit.
    """
    refuse_misfits(Check.of(frame, features), features)


def demand_columns(frame: pd.DataFrame, features: Features) -> None:
    """Refuse data without rows, or without a column of features.yaml; others may be there.

    Raises:
        ProjectError: A sentence for each thing that does not fit.
    """
    _refuse(column_problems(frame, features, only_own=False) or ([] if len(frame) else [NO_ROWS]))


def refuse_misfits(check: Check, features: Features) -> None:
    """Refuse what a check has found.

    Raises:
        ProjectError: See `validate_frame`.
    """
    _refuse(check.problems(features))


def _refuse(found: list[str]) -> None:
    if found:
        bullets = "\n".join(f"  - {line}" for line in found)
        raise ProjectError(f"The data does not fit features.yaml:\n{bullets}")
