"""The models, made in a project's folder by its Python: bundles, the pipeline, rows with answers.

python -m benchmarks.serving.models FOLDER
"""

import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import joblib
from model_runtime.bundle.read import read_bundle
from model_runtime.bundle.rows import RowColumns
from model_runtime.bundle.schema import Schema
from model_runtime.preprocessing import MISSING_LABEL

from ..reference import pipeline, train_into

ROWS = 100
CALLS = 50


def main() -> None:
    """Train for both engines, and note rows of the hold-out with the bundle's answers to them."""
    folder = Path(sys.argv[1])
    compiled = read_bundle(train_into(folder / "onnx", "auto"))
    if compiled.metadata.engine != "onnx":
        raise RuntimeError(f"the model does not compile: {compiled.metadata.engine} serves it")
    train_into(folder / "sklearn", "sklearn")
    model, held_out = pipeline()
    joblib.dump(model, folder / "model.joblib")
    whole = held_out[(held_out.notna() & (held_out != MISSING_LABEL)).all(axis=1)]
    rows = _rows(compiled.schema, whole.head(ROWS))
    noted = {
        "rows": rows,
        "expected": compiled.engine().run(RowColumns(compiled.schema.features)(rows)).tolist(),
        "model": compiled.metadata.name,
        "call_ms": _milliseconds(model, whole.head(1)),
    }
    (folder / "rows.json").write_text(json.dumps(noted), "utf-8")


def _rows(schema: Schema, frame: Any) -> list[dict[str, Any]]:
    """Return rows as JSON has them: integers without a point, labels as they are."""
    kinds = {"integer": int, "boolean": bool, "number": float}
    readers = {feature.name: kinds.get(feature.type, str) for feature in schema.features}
    return [
        {name: readers[name](value) for name, value in row.items() if name in readers}
        for row in frame.to_dict("records")
    ]


def _milliseconds(model: Any, row: Any) -> float:
    """Return the median time of scikit-learn's own call for one row, without HTTP."""
    ask = model.predict_proba if hasattr(model, "predict_proba") else model.predict
    times = []
    for _ in range(CALLS):
        start = time.perf_counter()
        ask(row)
        times.append(time.perf_counter() - start)
    return median(times) * 1_000


if __name__ == "__main__":
    main()
