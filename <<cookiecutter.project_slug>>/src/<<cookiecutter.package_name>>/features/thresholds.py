"""Thresholds: conditions on metrics that a model has to reach, such as `">= 0.75"`."""

import operator
import re
from collections.abc import Mapping
from math import isfinite
from typing import Annotated

from pydantic import AfterValidator

_THRESHOLD = re.compile(r"\s*(<=|>=|<|>)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*")
_COMPARE = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}


def _holds(threshold: str, value: float) -> bool:
    match = _THRESHOLD.fullmatch(threshold)
    if not match:
        raise ValueError(f"'{threshold}' is no threshold; write one like '>= 0.75' or '< 60'")
    return bool(_COMPARE[match[1]](value, float(match[2])))


def _is_threshold(text: str) -> str:
    _holds(text, 0)
    return text


Threshold = Annotated[str, AfterValidator(_is_threshold)]


def reachable(threshold: Threshold, least: float, most: float) -> bool:
    """Tell whether a metric between two numbers can meet a threshold."""
    held = [_holds(threshold, value) for value in (least, most)]
    return any(held) and isfinite(float(_THRESHOLD.fullmatch(threshold)[2]))  # type: ignore[index]


def missed(thresholds: Mapping[str, Threshold], metrics: Mapping[str, float]) -> list[str]:
    """Say of each threshold that the metrics miss what was found and what was asked."""
    return [
        f"{name} is {f'{metrics[name]:.4g}' if name in metrics else 'not measured'}"
        f" and has to be {text.strip()}"
        for name, text in thresholds.items()
        if name not in metrics or not _holds(text, metrics[name])
    ]
