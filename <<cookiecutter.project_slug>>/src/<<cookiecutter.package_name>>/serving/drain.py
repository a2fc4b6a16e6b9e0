"""Between the signal to end and the end: answer on, while those who ask go elsewhere."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from .state import State


@contextmanager
def draining(state: State, seconds: float) -> Iterator[None]:
    """Let SIGTERM end the service only after some seconds, in which it is not ready but answers.

    Balancers need a moment to see that it is not ready, and a client that has a connection open
    would lose the request that it sends just as the connection is closed: so each answer of these
    seconds says that its connection ends (`Observe`). A second SIGTERM ends a
    service of one worker at once.

    Args:
        state: What the worker serves; `draining` is set there.
        seconds: How long; 0 for an end at once.
    """
    end = signal.getsignal(signal.SIGTERM)  # the server's own
    main = threading.current_thread() is threading.main_thread()
    if not (seconds and main and callable(end)):
        yield
        return
    loop = asyncio.get_running_loop()

    def begin(number: int, frame: FrameType | None) -> None:
        if state.draining:
            end(number, frame)
            return
        state.draining = True
        # A signal comes between any two steps of the loop, which may be asleep.
        loop.call_soon_threadsafe(loop.call_later, seconds, end, number, frame)

    signal.signal(signal.SIGTERM, begin)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, end)
