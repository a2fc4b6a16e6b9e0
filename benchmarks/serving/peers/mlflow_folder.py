"""MLflow's folder of the model, for `mlflow models serve`."""

import shutil
import sys
from pathlib import Path

import mlflow.sklearn

from .pipeline import load

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    mlflow.sklearn.save_model(
        load(),
        folder,
        pyfunc_predict_fn="predict_proba",
        serialization_format="cloudpickle",
    )
