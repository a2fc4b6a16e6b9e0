"""Measure proposals on the folds: here, or by a cluster's workers, some before their turn.

What is measured ahead are the proposals that the search will probably make; it makes them as it
would on one machine, whatever comes back first. So a cluster changes its speed, and no result.
"""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from uuid import uuid4

from threadpoolctl import threadpool_limits

from ..cluster import Cluster, Here, Started, prepared
from ..training.session import Config
from .estimators import build
from .validation import Measured, Validation

Thing = TypeVar("Thing")
Proposal = tuple[str, tuple[tuple[str, int | float | str], ...]]
"""An estimator's name and its settings."""


def proposal(name: str, config: Config) -> Proposal:
    """Return settings as a proposal."""
    return name, tuple(sorted(config.items()))


@dataclass(frozen=True)
class _Piece:
    """A proposal on one fold."""

    proposal: Proposal
    fold: int


def on_one_thread() -> None:
    """Let a worker's thread add up in one order, and leave the other processors to others."""
    threadpool_limits(1)


def _measure(where: str, elsewhere: bool, piece: _Piece) -> Measured:
    validation: Validation = prepared(where)
    name, config = piece.proposal
    if elsewhere:
        on_one_thread()
    jobs = 1 if elsewhere else -1
    estimator = build(name, validation.task, dict(config), validation.seed, jobs)
    return validation.measure(estimator, piece.fold)


class Measuring:
    """Proposals under way and measured."""

    def __init__(self, cluster: Cluster, validation: Validation) -> None:
        """Send each worker the rows, once."""
        self._cluster, self._n_folds = cluster, validation.n_folds
        self.where = f"search-{uuid4()}"
        self.elsewhere = not isinstance(cluster, Here)
        cluster.prepare(self.where, partial(_same, validation))
        self._function = partial(_measure, self.where, self.elsewhere)
        self._sent: dict[_Piece, Started[Measured]] = {}
        self._done: dict[_Piece, Started[Measured]] = {}
        self._begun: dict[Proposal, float] = {}

    def folds(
        self, wanted: Proposal, foresee: Callable[[], Iterator[Proposal]]
    ) -> Generator[Measured, None, None]:
        """Yield a proposal's measurements, fold by fold; who stops asking gives up the rest.

        Args:
            wanted: The proposal whose turn it is.
            foresee: Returns those that will probably come after it.
        """
        try:
            for fold in range(self._n_folds):
                piece = _Piece(wanted, fold)
                self._send(piece, first=True)
                while piece not in self._done:
                    self._send_ahead(piece, foresee)
                    self._wait()
                yield self._done.pop(piece).result()
        finally:
            self._drop(lambda each: each == wanted)

    def began(self, wanted: Proposal) -> float:
        """Return when its first fold was begun, by `time.perf_counter`."""
        return self._begun.pop(wanted)

    def improved(self, name: str) -> None:
        """Give up an estimator's proposals, after an improvement that wasn't foreseen."""
        self._drop(lambda each: each[0] == name)

    def close(self) -> None:
        """Give up all, and let the workers go of the rows."""
        self._drop(lambda _: True)
        self._cluster.forget(self.where)

    def _send(self, piece: _Piece, first: bool = False) -> bool:
        if piece in self._sent or piece in self._done:
            return False
        self._begun.setdefault(piece.proposal, time.perf_counter())
        self._sent[piece] = self._cluster.start(self._function, piece, first)
        return True

    def _send_ahead(self, first: _Piece, foresee: Callable[[], Iterator[Proposal]]) -> None:
        # One more than there are workers, so that none waits for the next to be sent.
        room = self._cluster.workers + 1 - len(self._sent) if self.elsewhere else 0
        pieces = self._after(first, foresee)
        while room > 0 and (piece := next(pieces, None)):
            room -= self._send(piece)

    def _after(self, first: _Piece, foresee: Callable[[], Iterator[Proposal]]) -> Iterator[_Piece]:
        yield from (_Piece(first.proposal, k) for k in range(first.fold + 1, self._n_folds))
        for each in foresee():
            yield from (_Piece(each, fold) for fold in range(self._n_folds))

    def _wait(self) -> None:
        pieces = [*self._sent]
        for place in self._cluster.wait(self._sent.values()):
            self._done[pieces[place]] = self._sent.pop(pieces[place])

    def _drop(self, meant: Callable[[Proposal], bool]) -> None:
        for pieces in (self._sent, self._done):
            for piece in [each for each in pieces if meant(each.proposal)]:
                pieces.pop(piece).give_up()


def _same(thing: Thing) -> Thing:
    return thing
