"""Graceful shutdown: keep answering after SIGTERM until load balancers have noticed."""

import asyncio
import logging
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Coroutine
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE

from .accepting import Acceptor
from .listening import cannot_listen, refuse_new
from .signals import hangup_renews
from .standard_streams import end
from .state import State

_HANDSHAKE = 0.2
"""Seconds for a connection to be established; longer than most round trips."""
_AT_ONCE = 64
"""Connections that are taken in one iteration of the loop."""
_GRACE = 1.0
"""Seconds in which a request that is on its way over an open connection comes."""


class DrainingServer(uvicorn.Server):
    """uvicorn's server, but each request over a connection that it took is answered.

    SIGTERM ends the service: for `drain_seconds` it is not ready but answers, and each answer
    closes its connection. Then it takes no new connection, answers those that were made, and gives
    open ones a moment for the request that may be on its way. A second SIGTERM ends it without
    further drain. SIGINT ends one process, with others or nobody to take over: without drain.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        state: State,
        drain_seconds: float,
        renew: Callable[[], Coroutine[Any, Any, object]],
    ) -> None:
        """Serve as configured.

        Args:
            config: uvicorn's.
            state: Its `draining` and `closing` are set at the end.
            drain_seconds: How long it answers on after SIGTERM.
            renew: Asked for at SIGHUP, where the process is the only one.
        """
        super().__init__(config)
        self._state, self._drain_seconds, self._renew = state, drain_seconds, renew
        self._drained_at = 0.0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the end at the first signal, and hurry at the second."""
        if not self.started and self._state.place.one_of_several:
            end(0)  # it listens only when it is ready: nobody has asked it anything
        drains = sig == signal.SIGTERM and not self.should_exit and self._state.served
        self._drained_at = time.monotonic() + self._drain_seconds if drains else 0.0
        self._state.draining |= sig == signal.SIGTERM
        self._state.closing = True
        if not (self.should_exit and self._state.place.one_of_several):
            super().handle_exit(sig, frame)  # which leaves requests unanswered at a second SIGINT

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, or say in a sentence why not."""
        await super().startup([])
        protocol_class: Any = self.config.http_protocol_class
        protocol = partial(
            protocol_class,
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        # One of several leaves the next connection to another.
        at_once = 1 if self._state.place.one_of_several else _AT_ONCE
        backlog = self.config.backlog
        try:
            taking = [Acceptor(each, backlog, at_once, protocol) for each in sockets or []]
        except OSError as error:  # another service began to listen after the port was bound
            host, port = self.config.host, self.config.port
            logging.getLogger("uvicorn.error").error("%s", cannot_listen(host, port, error))
            sys.exit(STARTUP_FAILURE)
        self.servers = taking  # type: ignore[assignment]  # it has what is asked of a server
        if hangup_renews() and not self._state.place.one_of_several:
            loop = asyncio.get_running_loop()
            signal.signal(
                signal.SIGHUP, lambda *_: asyncio.run_coroutine_threadsafe(self._renew(), loop)
            )

    async def on_tick(self, counter: int) -> bool:
        """Say whether to stop; asked ten times a second."""
        return await super().on_tick(counter) and time.monotonic() >= self._drained_at

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop when nothing is on its way any more."""
        self._state.closing = True
        patience = time.monotonic() + _GRACE
        if self._state.draining:  # else others go on listening on the same sockets
            await self._take_last_connections(sockets or [], patience)
        for server in self.servers:
            server.close()
        while self.server_state.connections and time.monotonic() < patience:
            if self.force_exit:
                break
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)

    async def _take_last_connections(self, sockets: list[socket.socket], patience: float) -> None:
        for listening in sockets:
            refuse_new(listening)
        await asyncio.sleep(_HANDSHAKE)
        poll = select.poll()
        for listening in sockets:
            poll.register(listening, select.POLLIN)
        while poll.poll(0) and time.monotonic() < patience:
            await asyncio.sleep(0.01)
