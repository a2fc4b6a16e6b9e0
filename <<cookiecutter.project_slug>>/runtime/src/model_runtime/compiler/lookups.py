"""Look values up in tables of categories, in the graph."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from onnx import TensorProto, helper
from skl2onnx.common.data_types import StringTensorType

from .nodes import ML, Nodes, NotConvertible

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Column:
    """A variable of shape (n, 1): labels, or numbers in double precision."""

    name: str
    text: bool

    def lookup(self, nodes: Nodes, categories: Array, values: Array, default: float) -> str:
        """Return the value of each row's category, or the default: doubles of shape (n, 1).

        Labels are compared byte by byte in UTF-8, which is as exact as Python's comparison.

        Raises:
            NotConvertible: The categories are of another type than the column.
        """
        return nodes.add(
            "LabelEncoder",
            self.name,
            domain=ML,
            values_tensor=_doubles("values", values),
            default_tensor=_doubles("default", [default]),
            **_keys(categories, self.text),
        )


def columns_of(nodes: Nodes, operator: Any) -> list[Column]:
    """Return all columns of an operator's inputs."""
    return [
        Column(nodes.column(source, index), isinstance(source.type, StringTensorType))
        for source in operator.inputs
        for index in range(source.type.shape[1])
    ]


def each_category(encoder: Any) -> Any:
    """Return what an encoder makes of rows that have each column's categories in their order.

    A column with fewer categories than another begins again.
    """
    longest = max(len(categories) for categories in encoder.categories_)
    names = getattr(encoder, "feature_names_in_", range(encoder.n_features_in_))
    rows = {
        name: np.resize(categories, longest)
        for name, categories in zip(names, encoder.categories_, strict=True)
    }
    frame = pd.DataFrame(rows)
    return encoder.transform(frame if hasattr(encoder, "feature_names_in_") else frame.to_numpy())


def _keys(categories: Array, text: bool) -> dict[str, Any]:
    labels = categories.dtype.kind in "OU" and all(isinstance(each, str) for each in categories)
    if text and labels:
        return {"keys_strings": [str(label).encode() for label in categories]}
    if not text and categories.dtype.kind in "biuf":
        return {"keys_tensor": _doubles("categories", categories)}
    raise NotConvertible("its categories are neither all labels nor all numbers")


def _doubles(name: str, values: npt.ArrayLike) -> Any:
    array = np.asarray(values, np.float64)
    return helper.make_tensor(name, TensorProto.DOUBLE, array.shape, array)
