"""Clusters of Dask's, started on this machine or reached by their address."""

import logging
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import resource_tracker

import dask
from distributed import Client, LocalCluster

from ..errors import ProjectError
from .idle import OF_OWN_WORKERS, idleness
from .on_dask import OnDask
from .pieces import Cluster

FIRST_WORKER_S = 60.0
"""Seconds in which a scheduler has to have a worker."""

_ANSWER_S = 10.0
_SETTINGS = {
    "distributed.comm.timeouts.connect": f"{_ANSWER_S:g}s",
    # As Dask does for linear algebra: as many workers as cores need no more threads.
    "distributed.nanny.pre-spawn-environ.POLARS_MAX_THREADS": 1,
    # Nobody looks at its pictures of who takes the time, a hundred a second.
    "distributed.worker.profile.enabled": False,
}


@contextmanager
def local(workers: int) -> Iterator[Cluster]:
    """Start processes of this machine, each with a thread, and end them at the end.

    They talk by TLS with a certificate of their own, for what they are sent they run.
    """
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    options = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
    with dask.config.set(_SETTINGS | OF_OWN_WORKERS), ExitStack() as stack:
        with _deaf_to_ctrl_c():
            cluster = LocalCluster(security=True, silence_logs=logging.CRITICAL, **options)
            client = Client(stack.enter_context(cluster))
        yield OnDask(stack.enter_context(client), f"local:{workers}")


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Let the threads that are started meanwhile, and their processes, leave Ctrl-C to this one.

    A terminal sends it to all processes, and this one ends them.
    """
    resource_tracker.ensure_running()  # which else would undo it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def remote(address: str) -> Iterator[Cluster]:
    """Connect to a scheduler, which goes on afterwards.

    Raises:
        ProjectError: Nobody answers, no worker comes, or they have other versions.
    """
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with dask.config.set(_SETTINGS):
        try:
            client = Client(address, timeout=_ANSWER_S, set_as_default=False)
        except (OSError, RuntimeError, TypeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ProjectError(
                f"CLUSTER={address}: no scheduler answers there ({reason})."
            ) from error
        with client:
            _check(client, address)
            yield OnDask(client, address)


def _check(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=FIRST_WORKER_S)
    except TimeoutError as error:
        workers = client.scheduler_info(n_workers=-1)["workers"]
        raise ProjectError(idleness(address, workers, FIRST_WORKER_S)) from error
    try:
        client.get_versions(check=True, packages=["model_runtime"])
    except ValueError as error:
        raise ProjectError(
            f"CLUSTER={address}: workers, scheduler and this machine have other versions; install "
            f"them from one uv.lock.\n{error}"
        ) from error
