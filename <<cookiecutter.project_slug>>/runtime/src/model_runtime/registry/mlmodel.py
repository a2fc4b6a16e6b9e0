"""The bundle as a model in MLflow's format: its file MLmodel, and what loads it.

A workspace of Azure ML registers no other; and `mlflow.pyfunc.load_model("models:/NAME/2")` works
with each registry.
https://mlflow.org/docs/latest/ml/model/#storage-format
"""

import json
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..bundle.engines import Engine
from ..bundle.read import read_bundle
from ..bundle.rows import columns_from
from ..bundle.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

FILE = "MLmodel"


def mlmodel(folder: str, run_id: str) -> str:
    """Return the file's text, as JSON, which is YAML.

    Args:
        folder: Of the bundle among the run's artifacts.
        run_id: The run that makes it.
    """
    loaded = {"loader_module": __name__, "python_version": platform.python_version()}
    fields = {
        "artifact_path": folder,
        "flavors": {"python_function": loaded},
        "run_id": run_id,
        "utc_time_created": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}",
    }
    return json.dumps(fields, indent=2)


class Answers:
    """The answers of a verified bundle, as MLflow asks for them."""

    def __init__(self, engine: Engine, schema: Schema) -> None:
        """Answer by a bundle's engine."""
        self._engine, self._schema = engine, schema

    def predict(self, model_input: "pd.DataFrame", params: object = None) -> "pd.DataFrame":
        """Return a row for each row of features: the probability of each flag, or the target.

        Args:
            model_input: The features' columns, by name; NaN or None for what is missing.
            params: Of MLflow; there are none.
        """
        import pandas as pd

        features = self._schema.features
        asked = model_input[[feature.name for feature in features]].astype(object)
        rows = asked.where(asked.notna(), None).to_numpy().tolist()
        answered = self._engine.run(columns_from(features, rows))
        return pd.DataFrame(answered, columns=self._schema.flags or [self._schema.target])


def _load_pyfunc(path: str) -> Answers:
    """Load a bundle: the name that MLflow calls."""
    bundle = read_bundle(Path(path))
    return Answers(bundle.engine(), bundle.schema)
