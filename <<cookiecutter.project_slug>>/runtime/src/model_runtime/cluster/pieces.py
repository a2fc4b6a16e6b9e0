"""The ways in which a function is called for each of many pieces."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")
Made = TypeVar("Made", covariant=True)

_prepared: dict[str, Any] = {}


def prepared(name: str) -> Any:
    """Return what `Cluster.prepare` has made under a name in the process that asks."""
    return _prepared[name]


def make(name: str, setup: Callable[[], Any]) -> None:
    """Make a thing in this process, for `prepared`; what had the name before is gone."""
    _prepared[name] = setup()


def forget(name: str) -> None:
    """Let go in this process of what has a name, if anything has it."""
    _prepared.pop(name, None)


class Started(Protocol[Made]):
    """A piece that is worked on."""

    def result(self) -> Made:
        """Wait for its result.

        Raises:
            ProjectError: See `Cluster.each`.
        """
        ...

    def give_up(self) -> None:
        """Do without it; what waits for a worker is taken off."""
        ...


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
        """The number of pieces that are worked on at once, just now."""

    @abstractmethod
    def prepare(self, name: str, setup: Callable[[], Any]) -> None:
        """Call a function once in each process, those that come later too, for `prepared(name)`.

        Raises:
            ProjectError: It failed in one of them.
        """

    @abstractmethod
    def forget(self, name: str) -> None:
        """Let each process go of what was prepared under a name."""

    @abstractmethod
    def start(
        self, function: Callable[[Piece], Result], piece: Piece, first: bool = False
    ) -> Started[Result]:
        """Send one piece, for who decides by some results which pieces come next.

        Args:
            function: See `each`.
            piece: Its argument.
            first: Put it before those that wait for a worker.
        """

    @abstractmethod
    def wait(self, started: Iterable[Started[Result]]) -> set[int]:
        """Wait until one of several pieces is done; return the places of those that are."""

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

    @abstractmethod
    def in_order(
        self, function: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Iterator[Result]:
        """Yield the results in the pieces' order; see `each`."""


class _Later(Generic[Result]):
    """A piece that is worked on when it is asked for."""

    def __init__(self, make: Callable[[], Result]) -> None:
        self.result = make

    def give_up(self) -> None:
        """See `Started`: nothing has begun."""


class Here(Cluster):
    """This process alone, one piece after the other."""

    workers = 1

    def prepare(self, name: str, setup: Callable[[], Any]) -> None:
        """See `Cluster.prepare`."""
        make(name, setup)

    def forget(self, name: str) -> None:
        """See `Cluster.forget`."""
        forget(name)

    def start(
        self, function: Callable[[Piece], Result], piece: Piece, first: bool = False
    ) -> Started[Result]:
        """See `Cluster.start`; it is worked on when its result is asked for."""
        return _Later(partial(function, piece))

    def wait(self, started: Iterable[Started[Result]]) -> set[int]:
        """See `Cluster.wait`."""
        return {0}

    def each(
        self, function: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Iterator[tuple[Piece, Result]]:
        """See `Cluster.each`."""
        for piece in pieces:
            yield piece, function(piece)

    def in_order(
        self, function: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Iterator[Result]:
        """See `Cluster.in_order`."""
        return map(function, pieces)

    @property
    def places(self) -> Mapping[str, int | None]:
        """See `Cluster.places`."""
        return {"": None}

    def at_once(
        self, function: Callable[[Piece], Result], pieces: Mapping[str, Piece]
    ) -> list[Result]:
        """See `Cluster.at_once`."""
        return [function(piece) for piece in pieces.values()]
