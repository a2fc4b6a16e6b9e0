"""The provenance of a bundle: data, code and libraries."""

import hashlib
import logging
import os
import platform
import subprocess
from importlib.metadata import version

import pandas as pd

from ..bundle.metadata import Data

_HANDED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")
"""Variables that git hands its hooks, about their own repository."""

_log = logging.getLogger(__name__)

LIBRARIES = ("scikit-learn", "numpy", "pandas", "skl2onnx", "onnx", "onnxruntime", "skops")


def fingerprint(frame: pd.DataFrame, rows: int) -> Data:
    """Return how many rows a data frame stands for, and its names' and values' SHA-256."""
    sha = hashlib.sha256("\0".join(map(str, frame.columns)).encode())
    sha.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return Data(rows=rows, columns=frame.shape[1], sha256=sha.hexdigest())


def libraries() -> dict[str, str]:
    """Return the versions that a bundle depends on."""
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}


def git_commit() -> str | None:
    """Return the commit of the work tree; none outside of a repository, or where git refuses it."""
    kept = {name: value for name, value in os.environ.items() if name not in _HANDED}
    command = ["git", "rev-parse", "HEAD"]
    try:
        done = subprocess.run(  # noqa: S603
            command, env=kept | {"LC_ALL": "C"}, capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    if done.returncode and "dubious ownership" in done.stderr:
        _log.warning("The commit is not recorded: %s", done.stderr.strip())
    return None if done.returncode else done.stdout.strip()
