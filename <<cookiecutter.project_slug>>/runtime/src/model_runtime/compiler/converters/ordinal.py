"""Converter to ONNX for OrdinalEncoder, in double precision.

skl2onnx's own compares numbers in single precision, gives missing values a code like any
category's, and groups all columns' infrequent categories as the first column's.
"""

from typing import Any

import numpy as np
from skl2onnx.common._registration import register_converter, register_shape_calculator
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.preprocessing import OrdinalEncoder

from ..lookups import Column, columns_of, each_category
from ..nodes import Nodes

_ALIAS = "SklearnOrdinalEncoder"


def register() -> None:
    """Put the converter in place of skl2onnx's; doing it twice changes nothing more."""
    register_converter(_ALIAS, _convert, overwrite=True)
    register_shape_calculator(_ALIAS, _declare, overwrite=True)


def encode(nodes: Nodes, encoder: OrdinalEncoder, columns: list[Column]) -> str:
    """Return the codes of some columns, doubles of shape (n, columns).

    Rows with an unseen value that scikit-learn raises an error for are refused.

    Args:
        nodes: The graph.
        encoder: A fitted encoder of those columns.
        columns: As many as the encoder has learned.

    Raises:
        NotConvertible: The encoder has learned categories of another type than a column.
    """
    refuses = encoder.handle_unknown == "error"
    default = float("-inf") if refuses else float(encoder.unknown_value)
    codes = np.asarray(each_category(encoder), np.float64).T
    tables = zip(columns, encoder.categories_, codes, strict=True)
    encoded = [
        column.lookup(nodes, categories, values[: len(categories)], default)
        for column, categories, values in tables
    ]
    for column in encoded if refuses else []:
        nodes.refuse_where(nodes.add("IsInf", column))
    return nodes.add("Concat", *encoded, axis=1)


def _convert(scope: Any, operator: Any, container: Any) -> None:
    nodes = Nodes(scope, container)
    codes = encode(nodes, operator.raw_operator, columns_of(nodes, operator))
    nodes.finish(codes, operator.outputs[0])


def _declare(operator: Any) -> None:
    # Integer codes, too: skl2onnx would go on with them in single precision.
    shape = [operator.inputs[0].get_first_dimension(), operator.raw_operator.n_features_in_]
    operator.outputs[0].type = DoubleTensorType(shape)
