"""Around each request: its id, its count and time, and an answer even where code fails."""

import random
import re
import time
from collections.abc import Iterable

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .account import Account
from .reply import failure, problem
from .state import State

_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

# An id is no secret: it only has to be another one each time, in each process.
_ids = random.Random()


class Observe:
    """ASGI middleware. Takes the client's `X-Request-ID` if it is a plain one, or makes one.

    HEAD is answered as GET, without the body. While the service ends, each answer ends its
    connection.
    """

    def __init__(self, app: ASGIApp, account: Account, state: State) -> None:
        """Wrap an application."""
        self._app, self._account, self._state = app, account, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = scope["started"] = time.perf_counter()
        id_ = scope["request_id"] = given_id(scope["headers"]) or new_id()
        header = (b"x-request-id", id_.encode())
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
        except Exception as error:
            refusal = failure(id_, error)
            if status:
                raise
            await problem(refusal, id_)(asked, receive, sending)
        finally:
            route = getattr(asked.get("route"), "path", "none")
            method, path = scope["method"], scope["path"]
            self._account.answered(id_, method, path, route, status, start)


def given_id(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the id that a client has given its request, if it is a plain one."""
    for name, value in headers:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value):
            return str(value, "ascii")
    return None


def new_id() -> str:
    """Return the id of a request whose client gave none."""
    return f"{_ids.getrandbits(128):032x}"
