"""The bundle as a model in MLflow's format: its file MLmodel, and what loads it.

A workspace of Azure ML registers no other; and `mlflow.pyfunc.load_model("models:/NAME/2")` works
with each registry.
https://mlflow.org/docs/latest/ml/model/#storage-format
"""

import json
import platform
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..bundle.schema import Schema
from ..tasks import TASKS

if TYPE_CHECKING:
    import pandas as pd

    from ..scoring.loaded import LoadedModel

FILE = "MLmodel"


def mlmodel(folder: str, run_id: str, schema: Schema) -> str:
    """Return the file's text, as JSON, which is YAML.

    Args:
        folder: Of the bundle among the run's artifacts.
        run_id: The run that makes it.
        schema: The bundle's.
    """
    loaded = {"loader_module": __name__, "python_version": platform.python_version()}
    fields = {
        "artifact_path": folder,
        "flavors": {"python_function": loaded},
        "run_id": run_id,
        "signature": _signature(schema),
        "utc_time_created": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}",
    }
    return json.dumps(fields, indent=2)


def _signature(schema: Schema) -> dict[str, str]:
    """Return the columns of features and answers.

    Features are of any type to MLflow, which would refuse 3 for a number, for it is no 3.0; the
    bundle's own rules judge the values.
    """
    from ..scoring.write import class_column

    inputs = [
        {"type": "any", "name": feature.name, "required": not feature.optional}
        for feature in schema.features
    ]
    outputs = [{"type": "double", "name": name} for name in TASKS[schema.task].names(schema.flags)]
    if schema.classes:
        outputs.insert(0, {"type": "string", "name": class_column(schema)})
    return {"inputs": json.dumps(inputs), "outputs": json.dumps(outputs)}


class Answers:
    """The answers of a verified bundle, as MLflow asks for them."""

    def __init__(self, model: "LoadedModel") -> None:
        """Answer by a bundle's model."""
        self._model = model

    def predict(self, model_input: "pd.DataFrame", params: object = None) -> "pd.DataFrame":
        """Answer each row as `LoadedModel.predict`.

        Args:
            model_input: The features' columns, by name; NaN or None for what is missing.
            params: Of MLflow; there are none.
        """
        return self._model.predict(model_input)


def _load_pyfunc(path: str) -> Answers:
    """Load a bundle: the name that MLflow calls."""
    from ..scoring.loaded import load_model

    return Answers(load_model(path))
