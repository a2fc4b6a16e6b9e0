"""The ways in which a function is called for each of many pieces."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")

_prepared: dict[str, Any] = {}


def prepared(name: str) -> Any:
    """Return what `Cluster.prepare` has made under a name in the process that asks."""
    return _prepared[name]


def make(name: str, setup: Callable[[], Any]) -> None:
    """Make a thing in this process, for `prepared`; what had the name before is gone."""
    _prepared[name] = setup()


class WorkerLostError(Exception):
    """A worker has died, or can't be reached any more, while others counted on it."""


class Cluster(ABC):
    """Processes that work on pieces; functions and pieces travel to them, and the results back.

    A function has to be one of a module, and give the same result if it is called again: where a
    process dies, others get its pieces.
    """

    @property
    @abstractmethod
    def workers(self) -> int:
        """How many pieces are worked on at once, just now."""

    @abstractmethod
    def prepare(self, name: str, setup: Callable[[], Any]) -> None:
        """Call a function once in each process, those that come later too, for `prepared(name)`.

        Raises:
            ProjectError: It failed in one of them.
        """

    @abstractmethod
    def each(
        self, function: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Iterator[tuple[Piece, Result]]:
        """Yield each piece with its result, as they come.

        Pieces are asked for as workers get free, so that neither they nor the results pile up.
        Who stops asking gives up the pieces that are under way.

        Raises:
            ProjectError: The function raised it, a piece has killed several workers, or the cluster
                is gone.
        """

    @property
    @abstractmethod
    def places(self) -> Mapping[str, int | None]:
        """The addresses of the workers that are there just now, sorted, with their threads.

        This process has no address, and all threads.
        """

    @abstractmethod
    def at_once(
        self, function: Callable[[Piece], Result], pieces: Mapping[str, Piece]
    ) -> list[Result]:
        """Call a function for pieces that need each other, each at the place it is for.

        Raises:
            WorkerLostError: One of the places is lost; what goes on elsewhere ends by itself.
        """

    def in_order(
        self, function: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Iterator[Result]:
        """Yield the results in the pieces' order; those that come early wait."""
        early: dict[int, Result] = {}
        place = 0
        for (k, _), result in self.each(_Numbered(function), enumerate(pieces)):
            early[k] = result
            while place in early:
                yield early.pop(place)
                place += 1


class _Numbered:
    """Calls a function with a piece that has a number."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function

    def __call__(self, piece: tuple[int, Any]) -> Any:
        return self._function(piece[1])


class Here(Cluster):
    """This process alone, one piece after the other."""

    workers = 1

    def prepare(self, name: str, setup: Callable[[], Any]) -> None:
        """See `Cluster.prepare`."""
        make(name, setup)

    def each(
        self, function: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Iterator[tuple[Piece, Result]]:
        """See `Cluster.each`."""
        for piece in pieces:
            yield piece, function(piece)

    @property
    def places(self) -> Mapping[str, int | None]:
        """See `Cluster.places`."""
        return {"": None}

    def at_once(
        self, function: Callable[[Piece], Result], pieces: Mapping[str, Piece]
    ) -> list[Result]:
        """See `Cluster.at_once`."""
        return [function(piece) for piece in pieces.values()]
