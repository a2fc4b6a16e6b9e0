"""Conditions on metrics for one run: THRESHOLDS='accuracy >= 0.8, brier < 0.2'."""

import re
from collections.abc import Iterable

from ..errors import ProjectError
from ..features import missed

_CONDITION = re.compile(r"\s*(\w+)\s*((?:<=|>=|<|>).*)")


def thresholds(text: str, known: Iterable[str]) -> dict[str, str]:
    """Return each metric's threshold, as features.yaml would have it.

    Args:
        text: Conditions with commas between them.
        known: The metrics that there are.

    Raises:
        ProjectError: It is no condition, or of no such metric.
    """
    names, found = list(known), {}
    for part in filter(str.strip, text.split(",")):
        match = _CONDITION.fullmatch(part)
        if match is None or match[1] not in names:
            raise ProjectError(
                f"THRESHOLDS has '{part.strip()}', and that is no condition on a metric; write "
                f"them like 'accuracy >= 0.8', with commas between; metrics are {', '.join(names)}."
            )
        try:
            missed({match[1]: match[2]}, {match[1]: 0.0})
        except ValueError as error:
            raise ProjectError(f"THRESHOLDS: {match[1]}: {error}.") from error
        found[match[1]] = match[2].strip()
    return found
