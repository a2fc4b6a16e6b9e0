"""A cluster of Dask's: https://distributed.dask.org."""

import logging
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count, islice
from multiprocessing import resource_tracker
from typing import Any

import dask
from distributed import (
    CancelledError,
    Client,
    Future,
    KilledWorker,
    LocalCluster,
    WorkerPlugin,
    as_completed,
)
from distributed.comm.core import CommClosedError

from ..errors import ProjectError
from .pieces import Cluster, Piece, Result, make

AHEAD = 2
"""Pieces for each thread of a worker that are sent before they are asked for."""

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
_LOOK_AGAIN_S = 1.0


@contextmanager
def local(workers: int) -> Iterator[Cluster]:
    """Start processes of this machine, each with a thread, and end them at the end.

    They talk by TLS with a certificate of their own, for what they are sent they run.
    """
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    options = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
    with dask.config.set(_SETTINGS), ExitStack() as stack:
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
        raise ProjectError(
            f"CLUSTER={address} has no worker after {FIRST_WORKER_S:g} s; start some in the "
            f"project's environment: `dask worker {address}`."
        ) from error
    try:
        client.get_versions(check=True, packages=["model_runtime"])
    except ValueError as error:
        raise ProjectError(
            f"CLUSTER={address}: workers, scheduler and this machine have other versions; install "
            f"them from one uv.lock.\n{error}"
        ) from error


class _Preparing(WorkerPlugin):  # type: ignore[misc]
    """Makes a thing in each worker."""

    def __init__(self, name: str, setup: Callable[[], Any]) -> None:
        self.name, self._setup = name, setup

    def setup(self, worker: Any) -> None:
        """Make it: called by Dask in a worker that is there or comes."""
        make(self.name, self._setup)


class OnDask(Cluster):
    """The workers that a scheduler has."""

    def __init__(self, client: Client, where: str) -> None:
        """Use a connection."""
        self.client, self._where = client, where
        self._numbers = count()
        self._workers, self._looked = 1, -_LOOK_AGAIN_S

    @property
    def workers(self) -> int:
        """See `Cluster.workers`; it is looked at once a second."""
        if time.monotonic() - self._looked >= _LOOK_AGAIN_S:
            with self._told():
                self._workers = max(1, sum(self.client.nthreads().values()))
            self._looked = time.monotonic()
        return self._workers

    def prepare(self, name: str, setup: Callable[[], Any]) -> None:
        """See `Cluster.prepare`."""
        with self._told():
            self.client.register_plugin(_Preparing(name, setup), name=name)

    def each(
        self, function: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Iterator[tuple[Piece, Result]]:
        """See `Cluster.each`."""
        waiting = iter(pieces)
        sent: dict[Future, Piece] = {}
        done = as_completed(loop=self.client.loop)
        try:
            while True:
                for piece in islice(waiting, max(0, AHEAD * self.workers - len(sent))):
                    future = self._submit(function, piece)
                    sent[future] = piece
                    done.add(future)
                if not sent:
                    return
                future = next(done)
                yield sent.pop(future), self._result(future)
        finally:
            if sent:
                with suppress(CancelledError, OSError, TimeoutError):  # it may be gone
                    self.client.cancel([*sent])

    def _submit(self, function: Callable[[Piece], Result], piece: Piece) -> Future:
        key = f"{self.client.id}-{next(self._numbers)}"
        with self._told():
            return self.client.submit(function, piece, key=key, pure=False)

    def _result(self, future: Future) -> Any:
        with self._told():
            error = future.exception()
            if error is None:
                return future.result()  # it is fetched from a worker just now
        if isinstance(error, KilledWorker):
            raise ProjectError(
                f"CLUSTER={self._where}: a piece of the work ended {error.allowed_failures + 1} "
                "workers, one after the other: they run out of memory, or can't be reached. Make "
                "the pieces smaller or the workers' memory larger."
            ) from error
        raise error

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn a failure of the connection into a sentence."""
        try:
            yield
        except (CancelledError, CommClosedError, OSError, TimeoutError) as error:
            raise ProjectError(
                f"CLUSTER={self._where} does not answer any more ({type(error).__name__})."
            ) from error
