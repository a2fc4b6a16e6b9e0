"""Converters to ONNX for CountVectorizer, TfidfVectorizer and TfidfTransformer.

A vectorizer of a feature's own text leaves a description of itself, by which the engine computes
the weights (`bundle/texts.py`).
"""

import json
import re
import unicodedata
from typing import Any

import numpy as np
from skl2onnx.common._registration import register_converter, register_shape_calculator
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.feature_extraction.text import TfidfVectorizer

from ..nodes import Nodes, NotConvertible

_CALLABLES = ("analyzer", "preprocessor", "strip_accents", "tokenizer")


def register() -> None:
    """Put the converters in place of skl2onnx's; doing it twice changes nothing more."""
    for name, convert in {
        "CountVectorizer": _vectorizer,
        "TfidfVectorizer": _vectorizer,
        "TfidfTransformer": _transformer,
    }.items():
        register_converter(f"Sklearn{name}", convert, overwrite=True)
        register_shape_calculator(f"Sklearn{name}", _declare, overwrite=True)


def _declare(operator: Any) -> None:
    step, rows = operator.raw_operator, operator.inputs[0].get_first_dimension()
    width = len(step.vocabulary_) if hasattr(step, "vocabulary_") else step.n_features_in_
    operator.outputs[0].type = DoubleTensorType([rows, width])


def _vectorizer(scope: Any, operator: Any, container: Any) -> None:
    nodes, source = Nodes(scope, container), operator.inputs[0]
    if not source.is_root:
        raise NotConvertible("it vectorizes what another step makes of a text, not a feature")
    description = json.dumps(_description(operator.raw_operator))
    nodes.finish(nodes.text_weights(source.full_name, description), operator.outputs[0])


def _description(vectorizer: Any) -> dict[str, Any]:
    """Return a vectorizer's own fields of `bundle.texts.Vectorizer`."""
    for name in _CALLABLES:
        if callable(getattr(vectorizer, name)):
            raise NotConvertible(f"its {name} is a function of Python's, which can't be stored")
    if vectorizer.input != "content":
        raise NotConvertible(f"it reads a {vectorizer.input} (input), where a feature is a text")
    weighs = isinstance(vectorizer, TfidfVectorizer)
    return {
        "analyzer": vectorizer.analyzer,
        "lowercase": bool(vectorizer.lowercase),
        "strip_accents": vectorizer.strip_accents,
        "token_pattern": _pattern(vectorizer),
        "stop_words": sorted(vectorizer.get_stop_words() or ()),
        "ngram_range": [int(n) for n in vectorizer.ngram_range],
        "terms": _terms(vectorizer),
        "dtype": _dtype(vectorizer, weighs),
        "binary": bool(vectorizer.binary),
        "sublinear_tf": bool(weighs and vectorizer.sublinear_tf),
        "idf": vectorizer.idf_.tolist() if weighs and vectorizer.use_idf else None,
        "norm": vectorizer.norm if weighs else None,
        "unicode": unicodedata.unidata_version,
    }


def _pattern(vectorizer: Any) -> str:
    if vectorizer.analyzer != "word":
        return ""
    re.compile(vectorizer.token_pattern)
    return str(vectorizer.token_pattern)


def _terms(vectorizer: Any) -> list[str]:
    terms = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
    if strange := [term for term in terms if not isinstance(term, str)]:
        raise NotConvertible(f"its vocabulary has {strange[0]!r}, which is no text")
    return terms


def _dtype(vectorizer: Any, weighs: bool) -> str:
    dtype = np.dtype(vectorizer.dtype)
    if weighs and dtype not in (np.float32, np.float64):
        if dtype.kind not in "iu" or dtype.itemsize < np.dtype(np.intc).itemsize:
            raise NotConvertible(f"it counts in {dtype} (dtype), too small for a text's terms")
        return "float64"
    return str(dtype)


def _transformer(scope: Any, operator: Any, container: Any) -> None:
    """Weigh counts as TfidfTransformer does; a count of 0 stays 0."""
    nodes, step = Nodes(scope, container), operator.raw_operator
    weights = nodes.double(operator.inputs[0])
    if step.sublinear_tf:
        none = nodes.add("Equal", weights, nodes.constant(0.0))
        grown = nodes.add("Add", nodes.add("Log", weights), nodes.constant(1.0))
        weights = nodes.add("Where", none, nodes.constant(0.0), grown)
    if step.use_idf:
        weights = nodes.add("Mul", weights, nodes.constant(step.idf_.astype(np.float64)))
    if step.norm:
        norm = "ReduceL1" if step.norm == "l1" else "ReduceL2"
        size = nodes.add(norm, weights, nodes.constant(np.array([1])), keepdims=1)
        empty = nodes.add("Equal", size, nodes.constant(0.0))
        size = nodes.add("Where", empty, nodes.constant(1.0), size)
        weights = nodes.add("Div", weights, size)
    nodes.finish(weights, operator.outputs[0])
