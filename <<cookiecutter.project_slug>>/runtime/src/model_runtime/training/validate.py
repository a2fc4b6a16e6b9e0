"""Hold a data frame against features.yaml, before anything learns from it."""

import pandas as pd

from ..errors import ProjectError
from ..features import Features
from .check import Check


def validate_frame(frame: pd.DataFrame, features: Features) -> None:
    """Check columns, types, bounds, labels, missing values and the target.

    Raises:
        ProjectError: A sentence for each thing that does not fit.
    """
    refuse_misfits(Check.of(frame, features), features)


def refuse_misfits(check: Check, features: Features) -> None:
    """Refuse what a check has found.

    Raises:
        ProjectError: See `validate_frame`.
    """
    if found := check.problems(features):
        bullets = "\n".join(f"  - {line}" for line in found)
        raise ProjectError(f"The data does not fit features.yaml:\n{bullets}")
