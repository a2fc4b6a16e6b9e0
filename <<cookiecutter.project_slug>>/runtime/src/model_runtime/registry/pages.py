"""MLflow's own pages of the registry in the project."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from socket import create_connection

from ..errors import ProjectError

_PATIENCE_S = 2.0
_AGAIN_S = 0.1
_NO_JOBS = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


@contextmanager
def pages_shown(
    uri: str, port: int, waiting: AbstractContextManager[object]
) -> Iterator[subprocess.Popen[bytes]]:
    """Yield the process that serves the pages, once they answer or it has ended; end it at last.

    Args:
        uri: Of the registry's database.
        port: Where the pages are to be, on this machine only.
        waiting: Entered until they answer.

    Raises:
        ProjectError: Something else listens there.
    """
    if _taken(port):
        raise ProjectError(f"Something listens on port {port} already; choose another (PORT=…).")
    # One process is enough for one person; four, and those of jobs, take a minute to start.
    where = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command = [sys.executable, "-m", "mlflow", "ui", *where, "--backend-store-uri", uri]
    with subprocess.Popen(command, env={**os.environ, **_NO_JOBS}) as process:  # noqa: S603
        try:
            with waiting:
                # Only an answer tells: connections are taken long before anything answers them.
                while process.poll() is None and not _answers(f"http://127.0.0.1:{port}/health"):
                    time.sleep(_AGAIN_S)
            yield process
        finally:
            process.terminate()


def _taken(port: int) -> bool:
    try:
        create_connection(("127.0.0.1", port), _PATIENCE_S).close()
    except OSError:
        return False
    return True


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=_PATIENCE_S):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
