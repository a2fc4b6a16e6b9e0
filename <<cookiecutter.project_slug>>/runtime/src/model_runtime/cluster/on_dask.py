"""A cluster of Dask's: https://distributed.dask.org."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count, islice
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
    wait,
)
from distributed.comm.core import CommClosedError

from ..errors import ProjectError
from .pieces import Cluster, Piece, Result, Started, forget, make

AHEAD = 2
"""Pieces for each thread of a worker that are sent before they are asked for."""

FIRST_WORKER_S = 60.0
"""Seconds in which a scheduler has to have a worker."""

_ANSWER_S = 10.0
_SETTINGS = {"distributed.comm.timeouts.connect": f"{_ANSWER_S:g}s"}
_LOOK_AGAIN_S = 1.0


@contextmanager
def local(workers: int) -> Iterator[Cluster]:
    """Start processes of this machine, each with a thread, and end them at the end.

    They talk by TLS with a certificate of their own, for what they are sent they run.
    """
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    options = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
    with (
        dask.config.set(_SETTINGS),
        LocalCluster(security=True, silence_logs=logging.CRITICAL, **options) as cluster,
        Client(cluster) as client,
    ):
        yield OnDask(client, f"local:{workers}")


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

    def teardown(self, worker: Any) -> None:
        """Let go of it: called by Dask where it is made anew or forgotten."""
        forget(self.name)


class _Sent:
    """A piece that a scheduler has."""

    def __init__(self, future: Future, cluster: "OnDask") -> None:
        self.future, self._cluster = future, cluster

    def result(self) -> Any:
        """See `Started`."""
        return self._cluster.result(self.future)

    def give_up(self) -> None:
        """See `Started`."""
        self._cluster.cancel([self.future])


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
        made = _Preparing(name, setup)
        try:
            self.client.register_plugin(made, name=name)
        except OSError:  # a worker was lost just now; when connecting to it ends, that is known
            with self._told():
                self.client.register_plugin(made, name=name)

    def forget(self, name: str) -> None:
        """See `Cluster.forget`; a cluster that is gone has forgotten."""
        with suppress(CancelledError, CommClosedError, OSError, TimeoutError):
            self.client.unregister_worker_plugin(name)

    def start(
        self, function: Callable[[Piece], Result], piece: Piece, first: bool = False
    ) -> Started[Result]:
        """See `Cluster.start`."""
        return _Sent(self._submit(function, piece, priority=int(first)), self)

    def wait(self, started: Iterable[Started[Result]]) -> set[int]:
        """See `Cluster.wait`."""
        futures = [each.future for each in started if isinstance(each, _Sent)]
        with self._told():
            wait(futures, return_when="FIRST_COMPLETED")
        return {place for place, future in enumerate(futures) if future.done()}

    def each(
        self, function: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Iterator[tuple[Piece, Result]]:
        """See `Cluster.each`."""
        waiting = iter(pieces)
        sent: dict[Future, Piece] = {}
        done = as_completed()
        try:
            while True:
                for piece in islice(waiting, max(0, AHEAD * self.workers - len(sent))):
                    future = self._submit(function, piece)
                    sent[future] = piece
                    done.add(future)
                if not sent:
                    return
                future = next(done)
                yield sent.pop(future), self.result(future)
        finally:
            if sent:
                self.cancel([*sent])

    def cancel(self, futures: list[Future]) -> None:
        """Give up what was sent; of a cluster that is gone, nothing is left to give up."""
        with suppress(CancelledError, CommClosedError, OSError, TimeoutError):
            self.client.cancel(futures)

    def _submit(
        self, function: Callable[[Piece], Result], piece: Piece, priority: int = 0
    ) -> Future:
        key = f"{self.client.id}-{next(self._numbers)}"
        with self._told():
            return self.client.submit(function, piece, key=key, pure=False, priority=priority)

    def result(self, future: Future) -> Any:
        """Wait for what was sent; see `Cluster.each` for what is raised."""
        with self._told():
            error = future.exception()
        if error is None:
            return future.result()
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
