"""A cluster of Dask's: https://distributed.dask.org."""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count, islice
from typing import Any

from distributed import (
    CancelledError,
    Client,
    Future,
    KilledWorker,
    WorkerPlugin,
    wait,
)
from distributed.comm.core import CommClosedError

from ..errors import ProjectError
from .idle import Idle
from .pieces import Cluster, Piece, Result, Started, WorkerLostError, forget, make

AHEAD = 2
"""Pieces for each thread of a worker that are sent before they are asked for."""

_LOOK_AGAIN_S = 1.0


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
        self.client, self._where, self._idle = client, where, Idle(client, where)
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
        done = self._done(futures)
        return {place for place, future in enumerate(futures) if future in done}

    def each(
        self, function: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Iterator[tuple[Piece, Result]]:
        """See `Cluster.each`."""
        waiting = iter(pieces)
        sent: dict[Future, Piece] = {}
        try:
            while True:
                for piece in islice(waiting, max(0, AHEAD * self.workers - len(sent))):
                    sent[self._submit(function, piece)] = piece
                if not sent:
                    return
                future = next(iter(self._done(sent)))
                yield sent.pop(future), self.result(future)
        finally:
            self.cancel(sent)

    def in_order(
        self, function: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Iterator[Result]:
        """See `Cluster.in_order`; results wait in the workers that made them, few at a time."""
        waiting, sent = iter(pieces), deque[Future]()
        try:
            while True:
                for piece in islice(waiting, max(0, AHEAD * self.workers - len(sent))):
                    sent.append(self._submit(function, piece))
                if not sent:
                    return
                yield self.result(sent[0])
                sent.popleft()
        finally:
            self.cancel(sent)

    @property
    def places(self) -> Mapping[str, int | None]:
        """See `Cluster.places`."""
        with self._told():
            return dict(sorted(self.client.nthreads().items()))

    def at_once(
        self, function: Callable[[Piece], Result], pieces: Mapping[str, Piece]
    ) -> list[Result]:
        """See `Cluster.at_once`."""
        sent = {
            place: self._submit(function, piece, place=place) for place, piece in pieces.items()
        }
        waiting = set(sent.values())
        try:
            while waiting:
                if lost := sorted({*sent} - {*self.places}):
                    raise WorkerLostError(", ".join(lost))
                done = self._done_soon(waiting, [k for k, each in sent.items() if each in waiting])
                for future in done:  # the error of one is that of all
                    self.result(future)
                waiting -= done
            return [self.result(future) for future in sent.values()]
        finally:
            self.cancel(waiting)

    def _done(self, futures: Collection[Future]) -> set[Future]:
        """Wait until some are done."""
        while not (done := self._done_soon(futures)):
            pass
        return done

    def _done_soon(
        self, futures: Collection[Future], places: Collection[str] | None = None
    ) -> set[Future]:
        """Wait a while for some to be done, at the places where they have to be worked on."""
        with self._told(), self.client.as_current():  # whom `wait` asks
            try:
                return set(wait([*futures], _LOOK_AGAIN_S, "FIRST_COMPLETED").done)
            except TimeoutError:
                self._idle.check(places)
                return set()

    def cancel(self, sent: Iterable[Future]) -> None:
        """Give up what was sent; of a cluster that is gone, nothing is left to give up."""
        if futures := [*sent]:
            with suppress(CancelledError, CommClosedError, OSError, TimeoutError):
                self.client.cancel(futures)

    def _submit(
        self,
        function: Callable[[Piece], Result],
        piece: Piece,
        priority: int = 0,
        place: str | None = None,
    ) -> Future:
        key = f"{self.client.id}-{next(self._numbers)}"
        where = {} if place is None else {"workers": [place], "allow_other_workers": False}
        with self._told():
            return self.client.submit(
                function, piece, key=key, pure=False, priority=priority, **where
            )

    def result(self, future: Future) -> Any:
        """Wait for what was sent; see `Cluster.each` for what is raised."""
        self._done([future])
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
