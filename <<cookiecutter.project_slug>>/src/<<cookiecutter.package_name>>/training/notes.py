"""Act on what converters could only note down, once the whole graph is there.

A converter sees its own step. The weights of texts become inputs of the graph, with their
description in the model's properties, and rows that some step refuses have no number for answer.
"""

import json
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from ..bundle import texts
from .onnx_nodes import NOTES, REFUSED, TEXT_WEIGHTS


def act_on(model: Any) -> None:
    """Replace a model's notes; its inputs must have their last names."""
    graph = model.graph
    _weigh_texts(model, _taken(graph, TEXT_WEIGHTS))
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


def _refuse(graph: Any, conditions: list[str]) -> None:
    """Make the last output NaN where a condition holds, which no engine takes for an answer."""
    if not conditions:
        return
    output = graph.output[-1]
    answer, refused = f"{output.name}/unchecked", conditions[0]
    for node in graph.node:
        node.input[:] = [answer if name == output.name else name for name in node.input]
        node.output[:] = [answer if name == output.name else name for name in node.output]
    for k, condition in enumerate(conditions[1:]):
        either = f"{output.name}/refused_{k}"
        graph.node.append(helper.make_node("Or", [refused, condition], [either]))
        refused = either
    nothing = f"{output.name}/nothing"
    kind = helper.tensor_dtype_to_np_dtype(output.type.tensor_type.elem_type)
    values = np.full(1, np.nan, kind)
    graph.initializer.append(
        helper.make_tensor(nothing, output.type.tensor_type.elem_type, [1], values)
    )
    graph.node.append(helper.make_node("Where", [refused, nothing, answer], [output.name]))
