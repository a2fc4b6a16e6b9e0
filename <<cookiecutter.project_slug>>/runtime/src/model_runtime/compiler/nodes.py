"""Write nodes into the graph that skl2onnx is making."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, helper
from skl2onnx.common.data_types import guess_proto_type

from ..errors import Told


class NotConvertible(Told):
    """ONNX has no words for something; scikit-learn then serves the model, and the log says why."""


ML = "ai.onnx.ml"
"""The domain of ONNX's operators for machine learning."""

NOTES = "notes"
"""The domain of what `notes` turns into ONNX's own when the whole graph is there."""

REFUSED, REFUSED_WHERE, TEXT_WEIGHTS = "Refused", "RefusedWhere", "TextWeights"

SKL2ONNX_ML_OPSET = 3
"""The newest version of that domain that skl2onnx knows."""

# Only as new as needed: version 5 has no other operator for trees than TreeEnsemble.
_NEWER = {"LabelEncoder": 4, "TreeEnsemble": 5}


class Nodes:
    """Adds operators one by one; each returns its output's name, the next one's input.

    Operators are of the newest version that the graph's opset allows.
    """

    def __init__(self, scope: Any, container: Any) -> None:
        """Wrap what skl2onnx hands to a converter."""
        self._scope = scope
        self._container = container

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add an operator with one output."""
        output = str(self._scope.get_unique_variable_name(operator.lower()))
        version = SKL2ONNX_ML_OPSET if domain == ML else None
        self._container.add_node(
            operator, list(inputs), [output], domain, version, output, **attributes
        )
        return output

    def constant(self, values: npt.ArrayLike) -> str:
        """Add a constant, of its values' own type and shape."""
        array = np.asarray(values)
        name = str(self._scope.get_unique_variable_name("constant"))
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        self._container.add_initializer(name, kind, array.shape, array.ravel())
        return name

    def double(self, source: Any) -> str:
        """Return a variable as doubles."""
        return self.add("Cast", source.full_name, to=TensorProto.DOUBLE)

    def column(self, source: Any, index: int) -> str:
        """Return a column, shape (n, 1), of a variable of shape (n, columns)."""
        if source.type.shape[1] == 1:
            return str(source.full_name)
        return self.columns(source.full_name, [index])

    def columns(self, source: str, indices: npt.ArrayLike) -> str:
        """Return some columns, in the order given."""
        return self.add("Gather", source, self.constant(np.asarray(indices, np.int64)), axis=1)

    def refuse(self, rows: str) -> None:
        """Let the graph have no answer for some rows: numbers of shape (n, 1), NaN or else 0."""
        self._note(REFUSED, [rows])

    def refuse_where(self, rows: str) -> None:
        """Let the graph have no answer for some rows: booleans of shape (n, 1)."""
        self._note(REFUSED_WHERE, [rows])

    def text_weights(self, text: str, description: str) -> str:
        """Return the weights that the engine computes of a text by a description in JSON."""
        return self._note(TEXT_WEIGHTS, [text], description=description)

    def _note(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        output = str(self._scope.get_unique_variable_name(kind.lower()))
        self._container.add_node(kind, inputs, [output], NOTES, 1, output, **attributes)
        return output

    def finish(self, name: str, output: Any) -> None:
        """Hand a value over as an operator's output, in the type that was declared for it."""
        kind = guess_proto_type(output.type)
        self._container.add_node(
            "Cast", [name], [output.full_name], name=f"finish_{output.full_name}", to=kind
        )


def ask_for_newer(model: Any) -> None:
    """Let a graph have the operators of `Nodes` that are newer than skl2onnx knows."""
    needed = [_NEWER.get(node.op_type, 1) for node in model.graph.node]
    for domain in model.opset_import:
        if domain.domain == ML:
            domain.version = max(domain.version, *needed)


def alike(operator: Any, inputs: list[Any], outputs: list[Any] | None = None) -> Any:
    """Return an operator that is alike but for its variables."""
    outputs = list(operator.outputs) if outputs is None else outputs
    return SimpleNamespace(
        raw_operator=operator.raw_operator,
        type=operator.type,
        onnx_name=operator.onnx_name,
        full_name=operator.onnx_name,
        inputs=inputs,
        outputs=outputs,
        input_full_names=[each.full_name for each in inputs],
        output_full_names=[each.full_name for each in outputs],
        scope_inst=operator.scope_inst,
        target_opset=operator.target_opset,
    )
