"""Start the service: `python -m <package>.serving`."""

import logging.config
import os
import subprocess
import sys
import tempfile

from uvicorn.config import LOGGING_CONFIG

from ..errors import ProjectError
from ..settings import Settings, read_settings
from .key_file import say_who_may_ask
from .listening import bound_sockets
from .prediction_log import demand_complete
from .signals import quit_on_signals
from .standard_streams import run_to_the_end, take_over
from .state import Place
from .supervisor import Supervisor
from .telemetry_needs import demand_telemetry
from .worker import answer

log = logging.getLogger("uvicorn.error")


def serve(settings: Settings) -> None:
    """Serve until a signal; requests under way are answered first.

    Raises:
        ProjectError: The service can't listen, or there is no good file with its keys.
    """
    serving = settings.serving
    demand_complete(settings.log)
    demand_telemetry(serving.telemetry)
    if serving.model != "baked":
        _fetch(serving.model)
    sockets = bound_sockets(serving.host, serving.port)
    address, port = sockets[0].getsockname()[:2]
    log.info("Serving on http://%s:%d", f"[{address}]" if ":" in address else address, port)
    say_who_may_ask(serving.api_keys, [bound.getsockname()[0] for bound in sockets])
    if serving.workers == 1:
        # It needs no folder, and so no file system that it may write to.
        answer(settings, sockets, Place())
        return
    with tempfile.TemporaryDirectory(prefix="metrics-") as folder:
        # prometheus_client reads this when it is imported, in each worker.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        end_seconds = serving.drain_seconds + serving.shutdown_seconds
        sys.exit(Supervisor(sockets, serving.workers, end_seconds).run())


def _fetch(wanted: str) -> None:
    """Bring a version from the registry; where that fails, the bundle that is there serves."""
    registry = "model_runtime.registry"
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", registry, wanted],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as fetching:
        try:
            # Through this process, which waits for nobody who doesn't read.
            for line in fetching.stdout or ():
                sys.stderr.write(line)
        except BaseException:
            fetching.kill()
            raise
    if fetching.returncode:
        sys.stderr.write(f"Version {wanted} was not fetched; the bundle stays as it is.\n")


def _main() -> None:
    try:
        settings = read_settings()
        take_over(settings.serving.workers)
        logging.config.dictConfig(LOGGING_CONFIG)
        log.setLevel(settings.log.level.upper())
        quit_on_signals()
        serve(settings)
    except ProjectError as error:
        sys.exit(str(error))


def main() -> None:
    """Serve as config.yaml and the environment say."""
    run_to_the_end(_main)


if __name__ == "__main__":
    main()
