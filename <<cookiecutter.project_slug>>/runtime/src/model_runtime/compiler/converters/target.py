"""Converter to ONNX for TargetEncoder, in double precision and for any number of classes.

skl2onnx's own is in single precision and knows two classes or numbers.
"""

from typing import Any

import numpy as np
from skl2onnx import _parse
from skl2onnx.common._registration import register_converter, register_shape_calculator
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.preprocessing import TargetEncoder

from ..lookups import columns_of
from ..nodes import Nodes

_ALIAS = "SklearnTargetEncoder"


def register() -> None:
    """Put the converter in place of skl2onnx's; doing it twice changes nothing more."""
    register_converter(_ALIAS, _convert, overwrite=True)
    register_shape_calculator(_ALIAS, _declare, overwrite=True)
    if TargetEncoder not in _parse.do_not_merge_columns:  # labels would be joined with numbers
        _parse.do_not_merge_columns += (TargetEncoder,)


def _convert(scope: Any, operator: Any, container: Any) -> None:
    """Look up each category's encoding; an unseen one has the target's mean.

    For several classes each column has an encoding for each, one after the other.
    """
    nodes, encoder = Nodes(scope, container), operator.raw_operator
    means = np.atleast_1d(encoder.target_mean_)
    columns = columns_of(nodes, operator)
    encoded = []
    for k, values in enumerate(encoder.encodings_):
        column, categories = columns[k // len(means)], encoder.categories_[k // len(means)]
        encoded.append(column.lookup(nodes, categories, values, float(means[k % len(means)])))
    nodes.finish(nodes.add("Concat", *encoded, axis=1), operator.outputs[0])


def _declare(operator: Any) -> None:
    rows, encoder = operator.inputs[0].get_first_dimension(), operator.raw_operator
    operator.outputs[0].type = DoubleTensorType([rows, len(encoder.encodings_)])
