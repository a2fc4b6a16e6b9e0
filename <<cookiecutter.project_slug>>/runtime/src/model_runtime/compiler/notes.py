"""Act on what converters could only note down, once the whole graph is there.

A converter sees its own step. The weights of texts become inputs of the graph, with their
description in the model's properties, and rows that some step refuses have no number for answer.
"""

import json
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from ..bundle import texts
from .nodes import NOTES, REFUSED, REFUSED_WHERE, TEXT_WEIGHTS


def act_on(model: Any) -> None:
    """Replace a model's notes; its inputs must have their last names."""
    graph = model.graph
    _weigh_texts(model, _taken(graph, TEXT_WEIGHTS))
    _refuse_where(graph, [node.input[0] for node in _taken(graph, REFUSED_WHERE)])
    _refuse(graph, [node.input[0] for node in _taken(graph, REFUSED)])
    for domain in [each for each in model.opset_import if each.domain == NOTES]:
        model.opset_import.remove(domain)


def _taken(graph: Any, kind: str) -> list[Any]:
    nodes = [node for node in graph.node if (node.domain, node.op_type) == (NOTES, kind)]
    for node in nodes:
        graph.node.remove(node)
    return nodes


def _weigh_texts(model: Any, notes: list[Any]) -> None:
    if not notes:
        return
    graph, vectorizers = model.graph, []
    for note in notes:
        fields, name = json.loads(note.attribute[0].s), note.output[0]
        shape = [None, len(fields["terms"])]
        graph.input.append(helper.make_tensor_value_info(name, TensorProto.DOUBLE, shape))
        vectorizers.append(texts.Vectorizer(input=name, feature=note.input[0], **fields))
    used = {name for node in graph.node for name in node.input}
    weighed = {each.feature for each in vectorizers} - used
    for text in [each for each in graph.input if each.name in weighed]:
        graph.input.remove(text)
    model.metadata_props.add(key=texts.PROPERTY, value=texts.dump(vectorizers))


def _refuse_where(graph: Any, conditions: list[str]) -> None:
    """Make the last output NaN where a condition holds, which no engine takes for an answer."""
    kind = graph.output[-1].type.tensor_type.elem_type
    for k, condition in enumerate(conditions):
        answer = _unchecked(graph, f"unless_{k}")
        nothing = f"{answer}/nothing"
        values = np.full(1, np.nan, helper.tensor_dtype_to_np_dtype(kind))
        graph.initializer.append(helper.make_tensor(nothing, kind, [1], values))
        _answer(graph, "Where", [condition, nothing, answer])


def _refuse(graph: Any, summands: list[str]) -> None:
    """Add to the last output what is NaN for a row without an answer, and 0 for any other."""
    kind = graph.output[-1].type.tensor_type.elem_type
    for k, summand in enumerate(summands):
        answer = _unchecked(graph, f"without_{k}")
        nothing = f"{answer}/nothing"
        graph.node.append(helper.make_node("Cast", [summand], [nothing], to=kind))
        _answer(graph, "Add", [answer, nothing])


def _unchecked(graph: Any, suffix: str) -> str:
    """Give the last output's value another name, and return it."""
    output = graph.output[-1].name
    name = f"{output}/{suffix}"
    for node in graph.node:
        node.input[:] = [name if each == output else each for each in node.input]
        node.output[:] = [name if each == output else each for each in node.output]
    return name


def _answer(graph: Any, operator: str, inputs: list[str]) -> None:
    graph.node.append(helper.make_node(operator, inputs, [graph.output[-1].name]))
