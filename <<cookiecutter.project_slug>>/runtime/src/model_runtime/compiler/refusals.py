"""Rows that scikit-learn refuses to answer, noted in the graph.

Each of scikit-learn's steps checks what it gets: most refuse infinity, many a missing value, and
trees what is infinite in single precision. ONNX's operators answer all the same. Which values a
step refuses is not looked up but asked of the fitted step itself.
"""

import warnings
from typing import Any

import numpy as np
from onnx import TensorProto

from .nodes import Nodes

_BEYOND_SINGLE = 1e39
"""Finite in double precision, infinite in single."""

_JOINS = {"SklearnArrayFeatureExtractor", "SklearnConcat"}
_FILLS = {
    "SklearnCountVectorizer",
    "SklearnOneHotEncoder",
    "SklearnSimpleImputer",
    "SklearnTargetEncoder",
    "SklearnTfidfVectorizer",
}


def refuse_what_it_refuses(nodes: Nodes, operator: Any) -> None:
    """Note the rows that an operator's step refuses; its input is one variable of doubles."""
    step, source = operator.raw_operator, operator.inputs[0]
    values, width = source.full_name, step.n_features_in_
    single = _refuses(step, _BEYOND_SINGLE)
    if single:
        values = nodes.add("Cast", values, to=TensorProto.FLOAT)
    missing = _refuses(step, np.nan)
    if not (missing or single or (_can_be_infinite(source) and _refuses(step, np.inf))):
        return
    if missing or not can_be_missing(source):
        # 0 times infinity or NaN is NaN.
        zeros = nodes.constant(np.zeros((width, 1), np.float32 if single else np.float64))
        nodes.refuse(nodes.add("MatMul", values, zeros))
    else:
        infinite = nodes.add("IsInf", values)
        nodes.refuse_where(
            nodes.add("ReduceMax", infinite, nodes.constant(np.array([1])), keepdims=1)
        )


def _refuses(step: Any, value: float) -> bool:
    row = np.ones((1, step.n_features_in_))
    return _answers(step, row) and not _answers(step, row * value)


def _answers(step: Any, row: Any) -> bool:
    ask = step.transform if hasattr(step, "transform") else step.predict
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            ask(row)
        except Exception:  # a step of the user's own may raise anything
            return False
    return True


def _can_be_infinite(variable: Any) -> bool:
    """Return whether a variable can be infinite where all features are finite or missing."""
    if variable.is_root or _made_by(variable, _FILLS | {"SklearnOrdinalEncoder"}):
        return False
    return not _made_by(variable, _JOINS) or any(map(_can_be_infinite, variable._parent.inputs))


def can_be_missing(variable: Any) -> bool:
    """Return whether a variable can be NaN where features are missing."""
    if _made_by(variable, _FILLS):
        return False
    passes_on = _made_by(variable, _JOINS | {"SklearnScaler"})
    return not passes_on or any(map(can_be_missing, variable._parent.inputs))


def _made_by(variable: Any, steps: set[str]) -> bool:
    return variable._parent is not None and variable._parent.type in steps
