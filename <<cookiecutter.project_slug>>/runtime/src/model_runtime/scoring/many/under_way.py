"""A run that is under way: its pieces are scored, and it says how far it is."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from rich.console import Console

from ...cluster import Cluster, connected
from ...counts import counted
from ...errors import ProjectError
from ...progress import Progress, Step, duration
from ...terminal import say
from .found import Found
from .manifest import Ledger
from .output import Output
from .pieces import Piece, cut
from .scorer import NAME, Sent
from .work import score_piece


class UnderWay:
    """Scores the pieces that are not finished yet, and counts all.

    `kept` pieces were finished by an earlier run.
    """

    def __init__(self, found: Found, output: Output) -> None:
        """Begin with nothing done."""
        self.ledger = Ledger(found.files)
        self.kept = 0
        self._files, self._output = found.files, output
        self._bytes = sum(file.size for file in found.files)
        self._rows = self._done_bytes = 0
        self._begun = time.monotonic()

    def score(self, cluster: str, sent: Sent, console: Console) -> None:
        """Score what is not finished, on a cluster or here.

        Args:
            cluster: The value of CLUSTER.
            sent: The bundle.
            console: Where it is said how far that is.

        Raises:
            ProjectError: A piece or the cluster failed; others are finished, and kept.
        """
        waiting = self._waiting(sent.made_by)
        with Progress(console).step("score") as step, self._kept_told():
            if (first := next(waiting, None)) is not None:
                with connected(cluster) as workers:
                    self._each(workers, sent, chain([first], waiting), step)
            step.found = f"{counted(self._rows, 'row')}, {self._rate():,.0f} a second"

    def _waiting(self, made_by: dict[str, Any]) -> Iterator[Piece]:
        """Yield the pieces that are not finished; the others are counted on the way."""
        pieces = cut(self._files, self._output.place)
        for piece, done in self._output.finished(pieces, made_by):
            if done is None:
                yield piece
                continue
            self.ledger.add(piece, done)
            self.kept += 1
            self._bytes -= piece.size

    def _each(self, workers: Cluster, sent: Sent, pieces: Iterator[Piece], step: Step) -> None:
        workers.prepare(NAME, sent)
        self._begun = time.monotonic()
        step.show(lambda: self._told(step))
        for piece, done in workers.each(score_piece, pieces):
            self.ledger.add(piece, done)
            self._rows += done.read
            self._done_bytes += piece.size

    def _rate(self) -> float:
        return self._rows / max(time.monotonic() - self._begun, 1e-3)

    def _told(self, step: Step) -> str:
        said = f"{step.name} … {duration(step.seconds)}, {counted(self._rows, 'row')}"
        if not self._done_bytes:
            return said
        passed = time.monotonic() - self._begun
        left = passed * max(0, self._bytes - self._done_bytes) / self._done_bytes
        return f"{said}, {self._rate():,.0f} rows/s, about {duration(left)} left"

    @contextmanager
    def _kept_told(self) -> Iterator[None]:
        """Say at an end before the end that nothing is lost."""
        try:
            yield
        except ProjectError as error:
            raise ProjectError(f"{error}{self._kept()}") from error
        except (SystemExit, KeyboardInterrupt):
            say(self._kept().lstrip() or "Nothing is finished yet.", to=Console(stderr=True))
            raise

    def _kept(self) -> str:
        if not (pieces := self.ledger.pieces):
            return ""
        files = counted(pieces, "piece is", "pieces are")
        return f" {files} finished and kept; the same command goes on from there."
