"""Around each request: its id, its count and time, and an answer even where code fails."""

import logging
import os
import re
import time

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..contract.problems import Refusal
from .access_log import AccessLog
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

    def __init__(
        self, app: ASGIApp, metrics: Metrics, state: State, access: AccessLog | None
    ) -> None:
        """Wrap an application; without an access log its requests are only counted."""
        self._app = app
        self._metrics = metrics
        self._state = state
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        request_id = scope["request_id"] = _request_id(scope)
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
            if self._access:
                self._access.add(request_id, scope["method"], scope["path"], status, start)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value):
            return str(value, "ascii")
    return os.urandom(16).hex()
