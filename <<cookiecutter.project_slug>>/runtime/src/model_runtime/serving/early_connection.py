"""A connection that has predictions answered before any ASGI application sees them."""

from typing import Any

from .early_dispatch import EarlyDispatch
from .exchange import Exchange
from .patience import PatientConnection


class EarlyConnection(PatientConnection):
    """uvicorn's connection, which makes a scope, a cycle and a task only where they are needed.

    A request that early dispatch takes is an `Exchange` instead. One that ends before its body is
    whole (its client leaves, or is too slow) is handed to the application after all.
    """

    def __init__(self, *args: Any, early: EarlyDispatch | None = None, **options: Any) -> None:
        """Ask an early dispatch first, if there is one."""
        super().__init__(*args, **options)
        self._early = early
        self._exchange: Exchange | None = None  # whose body is still to come

    def connection_lost(self, exc: Exception | None) -> None:
        """Let the application hear of it."""
        self._hand_over()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """End once what is under way is answered."""
        self._hand_over()
        super().shutdown()

    # ---- What the parser finds

    def on_message_begin(self) -> None:
        """Wait for the head before anything is made of it."""
        self.url, self.headers, self.expect_100_continue = b"", [], False

    def on_headers_complete(self) -> None:
        """Choose the way that the request goes."""
        if self._early and self._is_plain():
            self._exchange = self._early.exchange(self, self.url, self.headers)
        if self._exchange is None:
            self._begin(self.headers)

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        if self._exchange is None:
            super().on_body(body)
        else:
            self._exchange.take(body)

    def on_message_complete(self) -> None:
        """Have it answered."""
        exchange, self._exchange = self._exchange, None
        if exchange is None:
            super().on_message_complete()
            return
        self.cycle = exchange  # type: ignore[assignment]
        exchange.start()

    def _is_plain(self) -> bool:
        """Is it an ordinary request of HTTP/1.1, before which nothing waits on this connection?"""
        parser = self.parser
        return (
            self.is_answered
            and parser.get_method() == b"POST"
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not self.flow.write_paused
            and not self.transport.is_closing()
            and not self._is_crowded()
        )

    def _is_crowded(self) -> bool:
        return len(self.connections) > self._limits.connections

    # ---- The general way

    def _begin(self, headers: list[tuple[bytes, bytes]]) -> None:
        """Let the application begin with a request whose head is whole."""
        url, expects = self.url, self.expect_100_continue
        super().on_message_begin()
        self.headers += headers
        self.url, self.expect_100_continue = url, expects
        if self._is_crowded():
            self.scope["state"]["crowded"] = True
        super().on_headers_complete()

    def _hand_over(self) -> None:
        """Let the application have a request whose body will not come, or not soon."""
        if exchange := self._exchange:
            self._exchange = None
            self._begin(exchange.headers)
            super().on_body(bytes(exchange.body))
