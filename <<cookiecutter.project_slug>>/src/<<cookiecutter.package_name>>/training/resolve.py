"""Fill in what features.yaml leaves to the data: labels, examples, classes, flags."""

from typing import Any

import pandas as pd

from ..bundle.schema import Schema
from ..errors import ProjectError
from ..features import Feature, Features

AFTERWARDS = "(known only afterwards: the model does not see it)"
"""What a client reads of a feature that leaks."""


def resolve_schema(features: Features, X: pd.DataFrame, classes: list[str]) -> Schema:
    """Return the schema of a bundle.

    Args:
        features: features.yaml.
        X: All rows, as `feature_frame` gives them.
        classes: The classes in the order of the probabilities; empty for regression.

    Raises:
        ProjectError: The flags name other classes than the model has.
    """
    if features.flags and set(features.flags) != set(classes):
        raise ProjectError(
            f"features.yaml: flags are for the classes {sorted(features.flags)}, "
            f"but get_classes names {sorted(classes)}."
        )
    return Schema(
        task=features.task,
        target=features.target,
        id=features.id,
        features=[_resolved(feature, X[feature.name]) for feature in features.features],
        classes=classes,
        flags=[features.flags.get(name, f"{name}_proba") for name in classes],
    )


def _resolved(feature: Feature, column: "pd.Series[Any]") -> Feature:
    present = column.dropna() if feature.numeric else column[column != ""]
    filled = feature.model_dump()
    if feature.leaks:
        filled["description"] = f"{feature.description} {AFTERWARDS}".strip()
    learned = feature.labels is None and feature.type == "category"
    if learned:
        filled["labels"] = sorted(set(present))
    if feature.example is None or (learned and feature.example not in filled["labels"]):
        filled["example"] = _typical(feature, present)
    return Feature(**filled)


def _typical(feature: Feature, present: "pd.Series[Any]") -> float | bool | str:
    if feature.type == "number":
        return float(present.sort_values().iloc[len(present) // 2])
    value = present.mode().iloc[0]
    if feature.type == "boolean":
        return bool(value)
    return int(value) if feature.type == "integer" else str(value)
