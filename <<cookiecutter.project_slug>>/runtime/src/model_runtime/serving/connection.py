"""A connection that takes requests of HTTP/1.1, each within bounds."""

from collections import deque
from typing import Any, Literal

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from ..contract.problems import Refusal
from .early_connection import EarlyConnection
from .observe import new_id
from .reply import written

MOST_HEAD = 65_536
"""Bytes of a request's address and headers."""
MOST_FRAMING = 8
"""Bytes around each byte of a body that comes in chunks; the smallest chunks have 5."""
MOST_PIPELINED = 100
"""Requests that may come before the first one is answered."""
LINGER_SECONDS = 2
"""Time for a refused client to send the rest, and to hear why."""

# What comes behind a body in chunks (trailers) reaches no application, and takes no memory.
_NOWHERE: Any = deque(maxlen=0)

_NO_HTTP = Refusal(400, "Bad request", "What came is no HTTP request (RFC 9112).")
_TOO_LONG = Refusal(
    431,
    "Request header fields too large",
    f"Address and headers of a request have at most {MOST_HEAD:,} bytes.",
)
_ALL_FRAMING = Refusal(400, "Bad request", "Far more came around the body than in it.")


class Connection(EarlyConnection):
    """uvicorn's connection with bounds for what comes.

    A head without an end, requests far ahead of their answers and what is no HTTP are refused, as
    problems like all others. An offer to speak another protocol is declined by an answer in
    HTTP/1.1: the parser would skip that request's body (Java's own client offers HTTP/2 with each).
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        """Wait for a request."""
        super().__init__(*args, **options)
        self._part: Literal["", "head", "body"] = ""  # of a request that is still to come
        self._begun = 0  # requests
        self._earlier: Any = None  # what was asked before the last one
        self._is_measured = False  # is the head long, or does it come in pieces?
        self._received = self._body = 0
        self._refusal = _NO_HTTP
        self._is_refused = False

    def data_received(self, data: bytes) -> None:
        """Read on, and limit the time of a request that has started."""
        if self._is_refused:
            return
        before = self._begun
        self._is_measured = len(data) > MOST_HEAD or self._part == "head"
        self._is_idle = False
        self._parse(data)
        if self._part:
            self._wait()
            self._received = self._received + len(data) if self._begun == before else 0
            self._measure()
        elif self.is_answered and not self._is_idle:
            self._wait()  # what came was no request, but line ends between two of them

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer what came whole before the client ended its side, or all of the connection.

        Which of both can't be told before something is sent; so it is noted in the request's scope
        for what is not worth the time where nobody may hear it.
        """
        if self._part or self._is_refused or self.is_answered:
            return False
        self.cycle.keep_alive = False
        if self.scope is not None:  # a request was taken the general way
            self.scope["state"]["ended"] = True
            self.cycle.message_event.set()
        return True

    # ---- What the parser finds

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._part = "head"
        self._begun += 1
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin a body, unless the head is refused."""
        if self._is_measured and _length(self.url, self.headers) > MOST_HEAD:
            self._refusal = _TOO_LONG
            raise ValueError("the head is too long")
        if len(self.pipeline) >= MOST_PIPELINED:
            raise ValueError("too far ahead of the answers")
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                raise ValueError("meant for a proxy")
            return
        self._earlier, self._body = self.cycle, 0
        super().on_headers_complete()
        self._part, self.headers = "body", _NOWHERE

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Let the service do its part."""
        if self._part == "head":
            return  # another protocol is offered
        self._part = ""
        self._stop_waiting()
        super().on_message_complete()
        if self.cycle.response_complete:  # before it was whole
            self._wait_for_request()

    def _parse(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as found:
            self._decline(data[found.args[0] :])
        except HttpParserError:
            self.logger.warning("Invalid HTTP request received.")
            self._refuse(self._refusal)

    def _decline(self, rest: bytes) -> None:
        """Read the request again, without the offer."""
        method, version = self.parser.get_method(), self.parser.get_http_version()
        lines = [b"%b %b HTTP/%b" % (method, self.url, version.encode())]
        lines += [b"%b: %b" % each for each in self.headers if each[0] != b"upgrade"]
        self.parser = HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's own
        self._parse(b"\r\n".join([*lines, b"", rest]))

    # ---- What is refused

    def _measure(self) -> None:
        in_body = self._part == "body"
        body = self._body if in_body else 0
        if self._received - body > MOST_HEAD + MOST_FRAMING * body:
            self._refuse(_ALL_FRAMING if in_body else _TOO_LONG)

    def _come_too_late(self) -> None:
        if not self._part or self._is_refused or self.flow.write_paused:
            super()._come_too_late()
            return
        self._deadline = None
        if self.flow.read_paused:
            self._wait()  # it is the service that is slow
            return
        setting = f"{self._limits.seconds} s (serving.request_seconds)"
        self._refuse(Refusal(408, "Request timeout", f"A request comes whole within {setting}."))

    def _refuse(self, refusal: Refusal) -> None:
        """Answer, and end the connection once the client can have heard it."""
        self._hand_over()
        self._is_refused = True
        self._stop_waiting()
        part = self._part
        if part == "body" and self.pipeline:
            self.pipeline.popleft()
            self.cycle, part = self._earlier, "head"
        if part == "body":
            if self.cycle.response_started:
                self.end()
                return
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        elif not self.is_answered:
            self.cycle.keep_alive = False  # the answer to an earlier request is the last one
            return
        headers, request_id = self.server_state.default_headers, new_id()
        self.transport.write(written(refusal, request_id, headers))
        self.transport.write_eof()
        self._wait(LINGER_SECONDS)


def _length(url: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    return len(url) + sum(len(name) + len(value) + 4 for name, value in headers)
