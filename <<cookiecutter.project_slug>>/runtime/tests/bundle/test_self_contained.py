"""A compiled model is all that its engine loads: nothing that its hash does not cover."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.external_data_helper import convert_model_to_external_data

from model_runtime.bundle.engines import OnnxEngine
from model_runtime.bundle.read import Bundle
from model_runtime.bundle.self_contained import _FIELDS, check_self_contained
from model_runtime.errors import ProjectError

X = helper.make_tensor_value_info("x", TensorProto.FLOAT, [64])
Y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [64])
TRUE = helper.make_node(
    "Constant", [], ["true"], value=helper.make_tensor("t", TensorProto.BOOL, [], [True])
)


def outside() -> TensorProto:
    """A tensor whose values are in the file weights.bin of the working folder."""
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[64])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights.bin")
    return tensor


def constant(output: str = "w") -> Any:
    return helper.make_node("Constant", [], [output], value=outside())


def model(nodes: list[Any], initializers: list[Any] = [], **more: Any) -> onnx.ModelProto:  # noqa: B006
    graph = helper.make_graph(nodes, "g", [X], [Y], initializers)
    domains = [helper.make_opsetid("", 21), helper.make_opsetid("own", 1)]
    return helper.make_model(graph, opset_imports=domains, ir_version=10, **more)


ADD = helper.make_node("Add", ["x", "w"], ["y"])


def in_an_initializer() -> onnx.ModelProto:
    return model([ADD], [outside()])


def in_a_constant() -> onnx.ModelProto:
    return model([constant(), ADD])


def in_a_branch() -> onnx.ModelProto:
    inner = helper.make_graph([ADD], "branch", [], [Y], [outside()])
    node = helper.make_node("If", ["true"], ["y"], then_branch=inner, else_branch=inner)
    return model([TRUE, node])


def in_a_function() -> onnx.ModelProto:
    domains = [helper.make_opsetid("", 21)]
    own = helper.make_function("own", "F", ["x"], ["y"], [constant(), ADD], domains)
    return model([helper.make_node("F", ["x"], ["y"], domain="own")], functions=[own])


def in_a_sparse_constant() -> onnx.ModelProto:
    indices = helper.make_tensor("i", TensorProto.INT64, [64], range(64))
    sparse = helper.make_sparse_tensor(outside(), indices, [64])
    return model([helper.make_node("Constant", [], ["w"], sparse_value=sparse), ADD])


def in_a_sparse_initializer() -> onnx.ModelProto:
    found = in_an_initializer()
    indices = helper.make_tensor("i", TensorProto.INT64, [64], range(64))
    found.graph.sparse_initializer.append(helper.make_sparse_tensor(outside(), indices, [64]))
    del found.graph.initializer[:]
    return found


def in_a_list_of_tensors() -> onnx.ModelProto:
    found = model([constant(), ADD])
    (attribute,) = found.graph.node[0].attribute
    attribute.ClearField("t")
    attribute.tensors.append(outside())
    return found


def in_its_training() -> onnx.ModelProto:
    found = model([ADD])
    found.training_info.add().algorithm.initializer.append(outside())
    return found


@pytest.mark.parametrize(
    "made",
    [
        in_an_initializer,
        in_a_constant,
        in_a_branch,
        in_a_function,
        in_a_sparse_constant,
        in_a_sparse_initializer,
        in_a_list_of_tensors,
        in_its_training,
    ],
)
def test_values_in_another_file_are_refused_wherever_the_tensor_is(made: Any) -> None:
    with pytest.raises(ProjectError, match=r"another file, which no hash.*make train"):
        check_self_contained(made().SerializeToString())


def test_values_that_onnx_runtime_would_read_from_the_working_folder_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    np.arange(64, dtype=np.float32).tofile("weights.bin")
    node = helper.make_node("Gemm", ["x2", "w2"], ["y2"])
    square = outside()
    square.name, square.dims[:] = "w2", [8, 8]
    shape = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [8, 8]) for name in ("x2", "y2")
    ]
    graph = helper.make_graph([node], "g", shape[:1], shape[1:], [square])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    content = made.SerializeToString()
    with pytest.raises(ProjectError, match="another file"):
        OnnxEngine(content)


def test_the_way_to_each_tensor_is_onnxs_own() -> None:
    """The ways to a tensor are found in the format's description, so that none is missing."""
    names = {
        "ModelProto": "model",
        "TrainingInfoProto": "training",
        "GraphProto": "graph",
        "FunctionProto": "function",
        "NodeProto": "node",
        "AttributeProto": "attribute",
        "SparseTensorProto": "sparse tensor",
        "TensorProto": "tensor",
    }
    leading = {"TensorProto"}
    messages = onnx.ModelProto.DESCRIPTOR.file.message_types_by_name
    while True:
        more = {
            name
            for name, message in messages.items()
            if any(
                field.message_type and field.message_type.name in leading
                for field in message.fields
            )
        }
        if more <= leading:
            break
        leading |= more
    expected = {
        (names[name], field.number, names[field.message_type.name])
        for name in leading - {"TensorProto"}
        for field in messages[name].fields
        if field.message_type and field.message_type.name in leading
    }
    ours = {(kind, number, to) for kind, within in _FIELDS.items() for number, to in within.items()}
    properties = {("model", 14, "property")}
    assert ours - properties == expected


@pytest.mark.parametrize("location", [b"\x70\x01", b"\x70\x81\x00", b"\xf0\x00\x01", b"\x70\x02"])
def test_another_spelling_of_a_tensors_place_is_found_too(location: bytes) -> None:
    def part(number: int, content: bytes) -> bytes:
        return bytes([number * 8 + 2, len(content)]) + content

    with pytest.raises(ProjectError, match="another file"):
        check_self_contained(part(7, part(5, location)))
    check_self_contained(part(7, part(5, b"\x70\x00")))


def test_options_for_onnx_runtime_in_the_model_are_refused() -> None:
    made = model([helper.make_node("Identity", ["x"], ["y"])])
    helper.set_model_props(made, {"about": "a model", "ort_config": json.dumps({})})
    with pytest.raises(ProjectError, match="sets options of ONNX Runtime"):
        OnnxEngine(made.SerializeToString())


def test_a_node_that_loads_a_compiled_part_from_a_file_is_refused(shop: Bundle) -> None:
    node = helper.make_node(
        "EPContext", ["x"], ["y"], domain="com.microsoft", embed_mode=0, ep_cache_context="a.bin"
    )
    content = model([node]).SerializeToString()
    with pytest.raises(ProjectError, match="can't load this bundle's model"):
        Bundle(shop.schema, shop.metadata, content).engine()


def test_a_model_that_is_cut_short_is_refused_with_a_sentence(shop: Bundle) -> None:
    for end in range(0, len(shop.model) - 1, 97):
        with pytest.raises(ProjectError, match=r"no ONNX model|can't load this bundle's model"):
            Bundle(shop.schema, shop.metadata, shop.model[:end]).engine()


def test_a_model_that_keeps_its_values_is_taken_until_they_are_moved_out(shop: Bundle) -> None:
    check_self_contained(shop.model)
    made = onnx.load_from_string(shop.model)
    for tensor in made.graph.initializer:  # only raw bytes can be moved
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor), tensor.name))
    convert_model_to_external_data(made, size_threshold=0)
    with pytest.raises(ProjectError, match="another file"):
        check_self_contained(made.SerializeToString())
