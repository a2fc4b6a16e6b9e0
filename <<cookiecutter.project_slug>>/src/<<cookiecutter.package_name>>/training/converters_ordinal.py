"""Converter to ONNX for OrdinalEncoder, in double precision.

skl2onnx's own compares numbers in single precision, gives missing values a code like any
category's, and groups all columns' infrequent categories as the first column's.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from onnx import TensorProto, helper
from skl2onnx.common._registration import register_converter, register_shape_calculator
from skl2onnx.common.data_types import DoubleTensorType, Int64TensorType, StringTensorType
from sklearn.preprocessing import OrdinalEncoder

from .onnx_nodes import ML, Nodes, NotConvertible

_ALIAS = "SklearnOrdinalEncoder"


def register() -> None:
    """Put the converter in place of skl2onnx's; doing it twice changes nothing more."""
    register_converter(_ALIAS, _convert, overwrite=True)
    register_shape_calculator(_ALIAS, _declare, overwrite=True)


def encode(nodes: Nodes, encoder: OrdinalEncoder, columns: list[str], text: bool) -> str:
    """Return the codes of some columns, doubles of shape (n, columns).

    An unseen value that scikit-learn raises an error for becomes NaN.

    Args:
        nodes: The graph.
        encoder: A fitted encoder of those columns.
        columns: Names of doubles or strings, each of shape (n, 1).
        text: Whether they are strings.

    Raises:
        NotConvertible: The encoder has learned categories of another type than that.
    """
    refuses = encoder.handle_unknown == "error"
    default = float("nan") if refuses else float(encoder.unknown_value)
    tables = zip(encoder.categories_, _codes(encoder), columns, strict=True)
    encoded = [
        nodes.add(
            "LabelEncoder",
            column,
            domain=ML,
            values_tensor=_doubles("codes", codes[: len(categories)]),
            default_tensor=_doubles("default", [default]),
            **_keys(categories, text),
        )
        for categories, codes, column in tables
    ]
    return nodes.add("Concat", *encoded, axis=1)


def _codes(encoder: OrdinalEncoder) -> npt.NDArray[np.float64]:
    """Ask the encoder for each column's codes, shape (columns, most categories of any)."""
    longest = max(len(categories) for categories in encoder.categories_)
    names = getattr(encoder, "feature_names_in_", range(encoder.n_features_in_))
    rows = {
        name: np.resize(categories, longest)
        for name, categories in zip(names, encoder.categories_, strict=True)
    }
    return np.asarray(encoder.transform(pd.DataFrame(rows)), np.float64).T


def _keys(categories: npt.NDArray[Any], text: bool) -> dict[str, Any]:
    if text != (categories.dtype.kind in "OU") or (
        text and not all(isinstance(label, str) for label in categories)
    ):
        raise NotConvertible("categories that are neither all labels nor all numbers")
    if text:
        return {"keys_strings": [str(label).encode() for label in categories]}
    return {"keys_tensor": _doubles("categories", categories)}


def _doubles(name: str, values: npt.ArrayLike) -> Any:
    array = np.asarray(values, np.float64)
    return helper.make_tensor(name, TensorProto.DOUBLE, array.shape, array)


def _convert(scope: Any, operator: Any, container: Any) -> None:
    nodes, encoder = Nodes(scope, container), operator.raw_operator
    if np.dtype(encoder.dtype).kind != "f" and encoder.handle_unknown == "error":
        raise NotConvertible("integer codes with none for unseen values: handle_unknown")
    text = isinstance(operator.inputs[0].type, StringTensorType)
    columns = [
        nodes.column(source, index)
        for source in operator.inputs
        for index in range(source.type.shape[1])
    ]
    nodes.finish(encode(nodes, encoder, columns, text), operator.outputs[0])


def _declare(operator: Any) -> None:
    decimal = np.dtype(operator.raw_operator.dtype).kind == "f"
    shape = [operator.inputs[0].get_first_dimension(), operator.raw_operator.n_features_in_]
    operator.outputs[0].type = (DoubleTensorType if decimal else Int64TensorType)(shape)
