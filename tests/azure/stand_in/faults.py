"""Faults that the stand-in does to its next answers."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from .messages import Refused, Request


@dataclass
class _Fault:
    method: str
    place: str
    refused: Refused | Callable[[], None]
    times: int


@dataclass
class Faults:
    """The faults that are still to be done, each to requests of its method and place."""

    waiting: list[_Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, method: str, place: str, refused: Refused, times: int = 1) -> None:
        """Refuse the next requests of a method (`*`: any) whose host and path a pattern finds."""
        self.waiting.append(_Fault(method, place, refused, times))

    def call(self, method: str, place: str, action: Callable[[], None]) -> None:
        """Do something at the next request of a method and place; it is answered all the same."""
        self.waiting.append(_Fault(method, place, action, 1))

    def too_many(self, method: str, place: str, times: int = 1) -> None:
        """Refuse with 429, and ask for a retry at once."""
        said = Refused(429, "TooManyRequests", "The request is throttled.", Retry_After="0.01")
        self.add(method, place, said, times)

    def unavailable(self, method: str, place: str, times: int = 1) -> None:
        """Refuse with 503, and ask for a retry at once."""
        said = Refused(503, "ServerBusy", "The server is busy.", Retry_After="0.01")
        self.add(method, place, said, times)

    def check(self, request: Request) -> None:
        """Do the first fault that is meant for a request.

        Raises:
            Refused: The fault.
        """
        with self._lock:
            for fault in self.waiting:
                if fault.method in ("*", request.method) and re.search(
                    fault.place, request.host + request.path, re.IGNORECASE
                ):
                    fault.times -= 1
                    if not fault.times:
                        self.waiting.remove(fault)
                    if not isinstance(fault.refused, Refused):
                        return fault.refused()
                    raise fault.refused
