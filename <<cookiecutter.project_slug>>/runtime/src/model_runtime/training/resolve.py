"""Fill in what features.yaml leaves to the data: labels, examples, classes, flags."""

from typing import Any

import numpy as np
import pandas as pd

from ..bundle.schema import Schema
from ..errors import ProjectError
from ..features import Feature, Features

AFTERWARDS = "(known only afterwards: the model does not see it)"
"""The sentence about a feature that leaks, for clients."""


def resolve_schema(features: Features, X: pd.DataFrame, classes: list[str]) -> Schema:
    """Return the schema of a bundle.

    Args:
        features: features.yaml.
        X: All rows, as `feature_frame` gives them.
        classes: The classes in the order of the probabilities; empty for regression.

    Raises:
        ProjectError: There is a flag for some classes of the model and not for others.
    """
    if features.flags and set(features.flags) != set(classes):
        raise ProjectError(
            f"features.yaml: flags are for the classes {sorted(features.flags)}, "
            f"but get_classes names {sorted(classes)}."
        )
    if unknown := sorted(set(features.answer.names) - set(classes)):
        raise ProjectError(
            f"features.yaml: answer.names: {unknown[0]!r} is none of the classes, which are "
            f"{', '.join(classes[:20])}."
        )
    return Schema(
        task=features.task,
        target=features.target,
        answer=features.answer,
        id=features.id,
        features=[_resolved(feature, X[feature.name]) for feature in features.features],
        classes=classes,
        flags=[features.flags.get(name, f"{name}_proba") for name in classes],
    )


def _resolved(feature: Feature, column: "pd.Series[Any]") -> Feature:
    values = column.to_numpy()
    present = values[~np.isnan(values)] if feature.numeric else values[values != ""]
    filled = feature.model_dump()
    if feature.leaks:
        filled["description"] = f"{feature.description} {AFTERWARDS}".strip()
    learned = feature.labels is None and "labels" in feature.rule.takes
    if learned:
        filled["labels"] = sorted(set(present))
        filled["names"] = {k: v for k, v in (feature.names or {}).items() if k in filled["labels"]}
    if feature.example is None or (learned and feature.example not in filled["labels"]):
        filled["example"] = feature.rule.typical(present)
    elif not feature.numeric:
        filled["example"] = feature.rule.convert(feature.example)
    return Feature(**filled)
