"""Converter to ONNX for OneHotEncoder.

skl2onnx's own cuts numbers' decimals off, does not know what becomes of unseen values where
infrequent ones have a column, and gives its answer in single precision.
"""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from skl2onnx.common._registration import register_converter, register_shape_calculator
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.preprocessing import OneHotEncoder

from ..lookups import columns_of, each_category
from ..nodes import Nodes

_ALIAS = "SklearnOneHotEncoder"

_NONE, _REFUSED = -1.0, -2.0


def register() -> None:
    """Put the converter in place of skl2onnx's; doing it twice changes nothing more."""
    register_converter(_ALIAS, _convert, overwrite=True)
    register_shape_calculator(_ALIAS, _declare, overwrite=True)


def _convert(scope: Any, operator: Any, container: Any) -> None:
    """Look up which of its column's outputs a category switches on, and compare with each."""
    nodes, encoder = Nodes(scope, container), operator.raw_operator
    tables = zip(
        columns_of(nodes, operator), encoder.categories_, _switched_on(encoder), strict=True
    )
    found = [
        column.lookup(nodes, categories, outputs, _of_unseen(encoder, k, categories, outputs))
        for k, (column, categories, outputs) in enumerate(tables)
    ]
    for column in found if encoder.handle_unknown == "error" else []:
        nodes.refuse_where(nodes.add("Equal", column, nodes.constant(_REFUSED)))
    switched = nodes.add("Concat", *found, axis=1)
    widths = _widths(encoder)
    own = nodes.columns(switched, np.repeat(np.arange(len(widths)), widths))
    outputs = nodes.constant(np.concatenate([np.arange(width) for width in widths], dtype=float))
    nodes.finish(nodes.add("Equal", own, outputs), operator.outputs[0])


def _declare(operator: Any) -> None:
    rows, encoder = operator.inputs[0].get_first_dimension(), operator.raw_operator
    operator.outputs[0].type = DoubleTensorType([rows, sum(_widths(encoder))])


def _widths(encoder: OneHotEncoder) -> list[int]:
    return [int(width) for width in encoder._n_features_outs]


def _switched_on(encoder: OneHotEncoder) -> list[npt.NDArray[np.float64]]:
    """Return for each column and category the number of its output, or none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = each_category(encoder)
    rows = np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows)
    parts = np.split(rows, np.cumsum(_widths(encoder))[:-1], axis=1)
    return [
        np.where(part.any(axis=1), part.argmax(axis=1) if part.size else 0, _NONE)[: len(known)]
        for part, known in zip(parts, encoder.categories_, strict=True)
    ]


def _of_unseen(encoder: OneHotEncoder, k: int, categories: Any, outputs: Any) -> float:
    """Return the output that an unseen value of column k switches on."""
    if encoder.handle_unknown == "error":
        return _REFUSED
    grouped = getattr(encoder, "infrequent_categories_", None)
    if encoder.handle_unknown == "ignore" or grouped is None or grouped[k] is None:
        return _NONE
    return float(outputs[list(categories).index(grouped[k][0])])
