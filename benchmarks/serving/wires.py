"""The ways to ask each kind of server for n rows, and to read its answer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
Probabilities = list[list[float]]


@dataclass(frozen=True)
class Wire:
    """A way to write rows as a request's JSON, and to read probabilities from the answer's."""

    write: Callable[[list[Row]], Any]
    read: Callable[[Any], Probabilities]


def _ours(rows: list[Row]) -> Any:
    return rows[0] if len(rows) == 1 else rows


def _of_ours(answer: Any) -> Probabilities:
    if isinstance(answer, dict):
        return [[*answer.values()]]
    return [each["probabilities"] for each in answer]


def _tensors(rows: list[Row]) -> Any:
    """Write the Open Inference Protocol's version 2: a column for each feature, shape (n, 1)."""
    return {
        "inputs": [
            {
                "name": name,
                "shape": [len(rows), 1],
                "datatype": "BYTES" if isinstance(rows[0][name], str) else "FP64",
                "data": [row[name] for row in rows],
            }
            for name in rows[0]
        ]
    }


def _tensors_for_pandas(rows: list[Row]) -> Any:
    request = _tensors(rows)
    for column in request["inputs"]:
        if column["datatype"] == "BYTES":
            column["parameters"] = {"content_type": "str"}
    return request | {"parameters": {"content_type": "pd"}}


def _of_tensor(answer: Any) -> Probabilities:
    tensor = answer["outputs"][0]
    rows, width = tensor["shape"]
    return [tensor["data"][row * width : (row + 1) * width] for row in range(rows)]


def _split(rows: list[Row]) -> Any:
    return {"dataframe_split": {"columns": [*rows[0]], "data": [[*row.values()] for row in rows]}}


def _predictions(answer: Any) -> Probabilities:
    found: Probabilities = answer["predictions"]
    return found


def _same(value: Any) -> Any:
    return value


WIRES = {
    "ours": Wire(_ours, _of_ours),
    "rows": Wire(_same, _same),
    "named rows": Wire(lambda rows: {"rows": rows}, _same),
    "instances": Wire(lambda rows: {"instances": rows}, _predictions),
    "mlflow": Wire(_split, _predictions),
    "open inference": Wire(_tensors, _of_tensor),
    "open inference, as pandas": Wire(_tensors_for_pandas, _of_tensor),
}


def body(wire: str, rows: list[Row]) -> bytes:
    """Return a request's body."""
    return json.dumps(WIRES[wire].write(rows)).encode()
