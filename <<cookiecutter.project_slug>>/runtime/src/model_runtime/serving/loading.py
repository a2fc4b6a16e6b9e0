"""A thread that the end of the process does not wait for."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def in_own_thread(function: Callable[[], T]) -> T:
    """Return what a function returns, run in a thread of its own.

    The event loop's own threads must end before the process does, and a model may load for minutes.
    """
    found: Future[T] = Future()

    def run() -> None:
        try:
            found.set_result(function())
        except Exception as error:
            found.set_exception(error)

    threading.Thread(target=run, name="loading", daemon=True).start()
    return await asyncio.shield(asyncio.wrap_future(found))
