"""A listening socket whose waiting connections are taken together."""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable

log = logging.getLogger("uvicorn.error")

_ONE_AFTER_THE_OTHER = {errno.ECONNABORTED, errno.EPROTO, errno.EPERM, errno.EINTR}
"""Errors of accept() that are of one connection, which its client has ended, or a firewall."""
_PAUSE = 1.0
"""Seconds until a service that has no file handle, or no memory, left looks again."""


class Acceptor:
    """Takes the connections of a socket, as asyncio's own server does.

    libuv, and so uvloop's server, takes one connection in each iteration of its loop. Under load an
    iteration answers all that came meanwhile, so the last of 64 new connections would wait for as
    many iterations, each longer than the one before.
    """

    def __init__(
        self,
        listening: socket.socket,
        backlog: int,
        at_once: int,
        protocol: Callable[[], asyncio.Protocol],
    ) -> None:
        """Listen.

        Args:
            listening: A bound socket.
            backlog: How many connections may wait to be taken.
            at_once: How many are taken in one iteration of the loop.
            protocol: Makes the protocol of a connection.

        Raises:
            OSError: Another one listens there already.
        """
        self._listening, self._at_once, self._protocol = listening, at_once, protocol
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[None]] = set()
        self._is_closed = False
        listening.setblocking(False)
        listening.listen(backlog)
        self._loop.add_reader(listening, self._accept)

    def close(self) -> None:
        """Take no more connections; who gave the socket closes it."""
        self._is_closed = True
        self._loop.remove_reader(self._listening)

    async def wait_closed(self) -> None:
        """Return when those that were taken are open."""
        if self._opening:
            await asyncio.wait(self._opening)

    def _accept(self) -> None:
        for _ in range(self._at_once):
            try:
                taken, _address = self._listening.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in _ONE_AFTER_THE_OTHER:
                    continue
                self._pause(error)
                return
            taken.setblocking(False)
            task = self._loop.create_task(self._open(taken))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self, taken: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol, taken)
        except OSError:  # its client is gone
            taken.close()

    def _pause(self, error: OSError) -> None:
        log.warning("New connections wait for %.0f s: %s.", _PAUSE, error.strerror)
        self._loop.remove_reader(self._listening)
        self._loop.call_later(_PAUSE, self._go_on)

    def _go_on(self) -> None:
        if not self._is_closed:
            self._loop.add_reader(self._listening, self._accept)
