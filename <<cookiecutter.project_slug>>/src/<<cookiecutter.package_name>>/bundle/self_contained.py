"""Refuse a compiled model that makes its engine read more than the model's own bytes.

ONNX lets any tensor keep its values in another file, which ONNX Runtime opens beside the process's
working folder and which no hash covers. The file is searched as it is stored (Protocol Buffers'
wire format, fields numbered as in onnx.proto), since serving installs no library that knows it.
"""

import re
from collections.abc import Iterator

from ..errors import ProjectError

_MODEL, _GRAPH, _NODE, _FUNCTION, _TRAINING = "model", "graph", "node", "function", "training"
_ATTRIBUTE, _SPARSE, _TENSOR, _PROPERTY = "attribute", "sparse tensor", "tensor", "property"

_FIELDS = {
    _MODEL: {7: _GRAPH, 14: _PROPERTY, 20: _TRAINING, 25: _FUNCTION},
    _TRAINING: {1: _GRAPH, 2: _GRAPH},
    _GRAPH: {1: _NODE, 5: _TENSOR, 15: _SPARSE},
    _FUNCTION: {7: _NODE, 11: _ATTRIBUTE},
    _NODE: {5: _ATTRIBUTE},
    _ATTRIBUTE: {5: _TENSOR, 6: _GRAPH, 10: _TENSOR, 11: _GRAPH, 22: _SPARSE, 23: _SPARSE},
    _SPARSE: {1: _TENSOR, 2: _TENSOR},
}
"""The parts of a model that may hold a tensor, by the numbers of the fields that lead to it."""

_DATA_LOCATION, _EXTERNAL_DATA = 14, 13
_KEY = 1
_OPTIONS = b"ort_config"
"""A property whose settings (threads, profiling into a file) ONNX Runtime may be told to obey."""

_WORDS = (b"\x4a" + re.escape(bytes([length])) + b".{%d}" % length for length in range(16))
_RUNS = (rb"\x3d.{4}", rb"\x40[\x80-\xff]*+[\x00-\x7f]", *_WORDS)
_VALUES = re.compile(b"(?:%b)++" % b"|".join(b"(?:%b)++" % run for run in _RUNS), re.DOTALL)
"""An attribute's floats, integers and short texts: a forest has a million, to be skipped."""

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5


def check_self_contained(model: bytes) -> None:
    """See that a compiled model is all that will be loaded.

    Raises:
        ProjectError: A tensor is in another file, the model sets the engine's options, or its
            bytes are no ONNX model.
    """
    try:
        found = next(_outside(model), None)
    except ValueError as error:
        raise ProjectError(
            "This bundle's model.onnx is no ONNX model: its bytes can't be read as one. "
            "Train again (`make train`) or put a whole bundle in its place."
        ) from error
    if found:
        raise ProjectError(
            f"This bundle's model.onnx {found}, which no hash of the bundle covers. Store the "
            "model in one file (`onnx.save` with save_as_external_data=False), or train again "
            "(`make train`)."
        )


def _outside(model: bytes) -> Iterator[str]:
    """Yield what the model takes from elsewhere."""
    parts = [(_MODEL, 0, len(model))]
    while parts:
        kind, start, end = parts.pop()
        within = _FIELDS.get(kind, {})
        for number, value in _fields(model, kind, start, end):
            if kind == _TENSOR and number in (_EXTERNAL_DATA, _DATA_LOCATION) and value != 0:
                yield "keeps values of a tensor in another file"
            if isinstance(value, slice):
                if kind == _PROPERTY and number == _KEY and model[value] == _OPTIONS:
                    yield "sets options of ONNX Runtime (ort_config)"
                if number in within:
                    parts.append((within[number], value.start, value.stop))


def _fields(model: bytes, kind: str, at: int, end: int) -> Iterator[tuple[int, int | slice]]:
    """Yield each field's number and its value: a number, or where its bytes are."""
    while at < end:
        if kind == _ATTRIBUTE and (values := _VALUES.match(model, at, end)):
            at = values.end()
            continue
        tag, at = _varint(model, at, end)
        number, form = divmod(tag, 8)
        value: int | slice = 0
        if form == _VARINT:
            value, at = _varint(model, at, end)
        elif form == _BYTES:
            length, at = _varint(model, at, end)
            value = slice(at, at + length)
            at += length
        elif form in (_FOUR_BYTES, _EIGHT_BYTES):
            at += 4 if form == _FOUR_BYTES else 8
        else:
            raise ValueError(f"no field is of the form {form}")
        if at > end:
            raise ValueError("a field is longer than what it is part of")
        yield number, value


def _varint(model: bytes, at: int, end: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, lowest first, and where the next field begins."""
    value, place = 0, 1
    while at < end and place < 128**10:
        byte = model[at]
        at += 1
        value += byte % 128 * place
        place *= 128
        if byte < 128:
            return value, at
    raise ValueError("a number has no end")
