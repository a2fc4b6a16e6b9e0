"""The fingerprint of the data and the versions of the libraries that a bundle comes from."""

import hashlib
import platform
from importlib.metadata import version

import pandas as pd

from ..bundle.metadata import Data

LIBRARIES = ("scikit-learn", "numpy", "pandas", "skl2onnx", "onnx", "onnxruntime", "skops")


def fingerprint(frame: pd.DataFrame, rows: int) -> Data:
    """Return how many rows a data frame stands for, and its names' and values' SHA-256."""
    sha = hashlib.sha256("\0".join(map(str, frame.columns)).encode())
    sha.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return Data(rows=rows, columns=frame.shape[1], sha256=sha.hexdigest())


def libraries() -> dict[str, str]:
    """Return the versions that a bundle depends on."""
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}
