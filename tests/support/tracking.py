"""MLflow's server, as a project's own environment has it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .commands import clean_environment
from .services import PATIENCE, answers, free_port, wait_for


@contextmanager
def tracking_server(project: Path, folder: Path, database: str) -> Iterator[str]:
    """Run MLflow's server on loopback until the block ends; yield its address."""
    port = free_port()
    options = ["--host", "127.0.0.1", "--port", str(port), "--backend-store-uri", database]
    options += ["--artifacts-destination", str(folder / "artifacts"), "--workers", "1"]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [project / ".venv" / "bin" / "mlflow", "server", *options],
            cwd=folder,
            env=clean_environment(
                MLFLOW_DISABLE_TELEMETRY="true", MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false"
            ),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: answers(f"{url}/health"), server, folder / "server.log", 2 * PATIENCE)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=30)
