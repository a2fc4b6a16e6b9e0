"""Work for a client, which ends with it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.types import Receive, Scope

from ..contract.problems import Refusal

T = TypeVar("T")


async def as_long_as_there(scope: Scope, receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Return what some work returns, or stop it where its client leaves before.

    Args:
        scope: The request's.
        receive: Likewise; the body is read.
        work: What takes so long that clients leave.

    Raises:
        Refusal: It has left, or has ended its side of the connection, which looks the same.
    """
    working, leaving = asyncio.create_task(work), asyncio.create_task(_left(scope, receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            # nginx's number, for the metrics; a client that only says no more hears it, too.
            found = "The client ended the connection before its answer was there; keep it open."
            raise Refusal(499, "Client closed request", found)
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()


async def _left(scope: Scope, receive: Receive) -> None:
    while not scope.get("state", {}).get("ended"):
        if (await receive())["type"] == "http.disconnect":
            return
