"""Around each request: its id, its count and time, and an answer even where code fails."""

import logging
import os
import re
import time
from collections.abc import Iterable

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..contract.problems import Refusal
from .metrics import Metrics
from .reply import problem
from .state import State

_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

log = logging.getLogger("uvicorn.error")


class Observe:
    """ASGI middleware. Takes the client's `X-Request-ID` if it is a plain one, or makes one.

    HEAD is answered as GET, without the body. While the service ends, each answer ends its
    connection.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, state: State) -> None:
        """Wrap an application."""
        self._app = app
        self._metrics = metrics
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        request_id = scope["request_id"] = given_id(scope["headers"]) or os.urandom(16).hex()
        header = (b"x-request-id", request_id.encode())
        head = scope["method"] == "HEAD"
        asked = {**scope, "method": "GET"} if head else scope
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append(header)
                if self._state.closing:
                    message["headers"].append((b"connection", b"close"))
            elif head:
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(asked, receive, sending)
        except ClientDisconnect:
            status = 499  # nobody hears it; nginx's number for it in the metrics
        except Exception:
            log.exception("request %s failed", request_id)
            if status:
                raise
            failure = Refusal(500, "Internal error", "The service failed; its log says why.")
            await problem(failure, request_id)(asked, receive, sending)
        finally:
            route = getattr(asked.get("route"), "path", "none")
            self._metrics.observe(route, scope["method"], status, time.perf_counter() - start)


def given_id(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the id that a client has given its request, if it is a plain one."""
    for name, value in headers:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value):
            return str(value, "ascii")
    return None
