"""Start the service: `python -m <package>.serving`."""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import nullcontext

import uvicorn

from ..errors import ProjectError
from ..settings import Settings, read_settings
from .server_options import server_options


def serve(settings: Settings) -> None:
    """Serve until a signal; requests under way are answered first."""
    serving = settings.serving
    if serving.model != "baked":
        _fetch(serving.model)
    # uvicorn raises the signal again when all is answered; an end that was asked for is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # One worker needs no folder, and so no file system that it may write to.
    several = tempfile.TemporaryDirectory(prefix="metrics-") if serving.workers > 1 else None
    with several or nullcontext() as folder:
        if folder:
            # prometheus_client reads this when it is imported, in each worker.
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        uvicorn.run(
            f"{__package__}.app:create_app",
            factory=True,
            workers=serving.workers,
            **server_options(settings),
        )


def _fetch(wanted: str) -> None:
    """Bring a version from the registry; where that fails, the bundle that is there serves."""
    registry = f"{__package__.rpartition('.')[0]}.registry"
    if subprocess.run([sys.executable, "-m", registry, wanted]).returncode:  # noqa: S603
        sys.stderr.write(f"Version {wanted} was not fetched; the bundle stays as it is.\n")


def main() -> None:
    """Serve as config.yaml and the environment say."""
    try:
        settings = read_settings()
    except ProjectError as error:
        sys.exit(str(error))
    serve(settings)


if __name__ == "__main__":
    main()
