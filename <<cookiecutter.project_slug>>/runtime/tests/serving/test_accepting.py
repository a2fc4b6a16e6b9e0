"""Connections that come together are taken together, and one that cannot be taken ends nothing."""

import asyncio
import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
import uvloop

from model_runtime.serving import accepting
from model_runtime.serving.accepting import Acceptor

WAITING = 100


class Opened(asyncio.Protocol):
    """A connection's protocol, which counts."""

    number = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be one more, and end."""
        Opened.number += 1
        transport.close()


@pytest.fixture(autouse=True)
def _from_zero() -> None:
    Opened.number = 0


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening


async def rounds(condition: Callable[[], bool]) -> int:
    """Return how many iterations of the loop it takes until something is so."""
    taken = 0
    while not condition():
        taken += 1
        assert taken < 1_000_000
        await asyncio.sleep(0)
    return taken


def connect(to: socket.socket, number: int, keep: ExitStack) -> None:
    for _ in range(number):
        keep.enter_context(socket.create_connection(to.getsockname()))


@pytest.mark.parametrize(("at_once", "most_rounds"), [(64, 20), (1, 10_000)])
def test_all_that_wait_are_open_within_a_few_iterations(
    listening: socket.socket, at_once: int, most_rounds: int
) -> None:
    async def take() -> None:
        acceptor = Acceptor(listening, 2 * WAITING, at_once, Opened)
        with ExitStack() as clients:
            connect(listening, WAITING, clients)  # while the loop is at other work
            taken = await rounds(lambda: Opened.number == WAITING)
        assert WAITING / at_once <= taken <= most_rounds
        acceptor.close()
        await acceptor.wait_closed()

    uvloop.run(take())


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ECONNABORTED])
def test_an_error_costs_the_others_no_more_than_a_pause(
    listening: socket.socket, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        """A listening socket with one error in it; the system can't be made to have it here."""

        def __init__(self) -> None:
            self.errors = [OSError(number, "no")]

        def accept(self) -> tuple[socket.socket, object]:
            if self.errors:
                raise self.errors.pop()
            return listening.accept()

        def __getattr__(self, name: str) -> object:
            return getattr(listening, name)

    async def take() -> None:
        monkeypatch.setattr(accepting, "_PAUSE", 0.01)
        acceptor = Acceptor(Failing(), WAITING, 64, Opened)  # type: ignore[arg-type]
        with ExitStack() as clients:
            connect(listening, 3, clients)
            await rounds(lambda: Opened.number == 3)
        acceptor.close()

    uvloop.run(take())


def test_after_its_end_it_takes_none(listening: socket.socket) -> None:
    async def take() -> None:
        acceptor = Acceptor(listening, WAITING, 64, Opened)
        acceptor.close()
        with ExitStack() as clients:
            connect(listening, 1, clients)
            for _ in range(10):
                await asyncio.sleep(0)
        assert Opened.number == 0

    uvloop.run(take())
