"""The names of the classes: a model's columns are called what the data call them."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import ProjectError
from ..features import Features
from ..features.category import as_label
from ..place import place

if TYPE_CHECKING:
    from .use_case import UseCase

Names = dict[str, set[str]]
"""The names that a class may have, by its label in `y`."""


def class_label(value: Any) -> str:
    """Return a class of the data as a text: 'a', '3' for 3 and 3.0, 'True'."""
    label = as_label(value.item() if isinstance(value, np.generic) else value)
    return label if isinstance(label, str) else str(label)


def expected_names(features: Features, target: "pd.Series[Any]", y: "pd.Series[Any]") -> Names:
    """Return the name that features.yaml says under `classes`, or the label in the data.

    A class for which several labels of the data stand has none before it is said.

    Args:
        features: features.yaml.
        target: The data's classes, n values.
        y: The same, as the use case encodes them.

    Raises:
        ProjectError: features.yaml speaks of classes that are not there.
    """
    pairs = pd.DataFrame({"y": y.to_numpy(), "target": target.to_numpy()}).drop_duplicates()
    found: Names = {}
    for encoded, group in pairs.groupby("y"):
        label = class_label(encoded)
        names = {class_label(value) for value in group["target"]}
        found[label] = names if len(names) == 1 else set()
        if names == {label}:
            found[label] |= {str(encoded)}  # '1.0' for 1.0, as get_classes may have it
    if unknown := sorted(set(features.classes) - set(found)):
        raise _unknown("classes", unknown[0], list(found))
    found |= {label: {name} for label, name in features.classes.items()}
    names = set().union(*found.values())
    if unknown := sorted(set(features.flags) - names):
        raise _unknown("flags", unknown[0], sorted(names))
    return found


def _unknown(key: str, name: str, known: list[str]) -> ProjectError:
    return ProjectError(
        f"features.yaml: {key}: {name!r} is none of the classes in the data, which are "
        f"{', '.join(known[:20])}."
    )


def check_names(names: list[str], classes: Any, expected: Names, use_case: "UseCase") -> None:
    """Check that each class of a model has the name that the data have for it.

    Args:
        names: What `get_classes` returned.
        classes: The model's `classes_`, in the same order.
        expected: See `expected_names`.
        use_case: The hooks.

    Raises:
        ProjectError: The model has other classes than `y`, or a class has another name.
    """
    labels = [class_label(value) for value in classes]
    if strange := sorted(set(labels) - set(expected)):
        raise ProjectError(
            f"train_model ({place(use_case.train_model)}) returned a model with the class "
            f"{strange[0]!r}, which is not in the y that it was given ({', '.join(expected)}): "
            "fit it on y as it is, and encode the target in Preprocessor.encode_target."
        )
    for name, label in zip(names, labels, strict=True):
        if name not in expected[label]:
            told = f"get_classes ({place(use_case.get_classes)}) calls the class {label!r} {name!r}"
            raise ProjectError(f"{told}, {_way_out(name, label, labels, expected)}")


def _way_out(name: str, label: str, labels: list[str], expected: Names) -> str:
    """Say what a class is called in the data, and what to do."""
    said = f"features.yaml: classes: {{{label!r}: {name!r}}}"
    if not expected[label]:
        return f"and several labels of the data stand for it: name it in {said}."
    wanted = " or ".join(repr(word) for word in sorted(expected[label]))
    order = f"Return the data's names in the order of the model's classes_ ({', '.join(labels)})"
    if any(name in others for others in expected.values()) or name in labels:
        return f"and in the data it is {wanted}; {name!r} would mean another one. {order}."
    return f"and in the data it is {wanted}. {order}; if it is to be called so, say it in {said}."
