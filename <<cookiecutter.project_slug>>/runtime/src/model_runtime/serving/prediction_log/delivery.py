"""Delivery of events to where they may not be taken just now: they wait, up to a size."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from .event import Dropped, Event
from .sink import Sink

log = logging.getLogger("uvicorn.error")

_AT_ONCE = 2**20
"""Bytes that are written together."""
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
"""Seconds between tries."""
_PATIENCE = 3.0
"""Seconds that a service which ends waits for its last events to be taken."""


class Destination(ABC):
    """A place that events are brought to, by one thread."""

    name: ClassVar[str]
    """The sink's name in config.yaml and in the metrics."""

    @abstractmethod
    def __str__(self) -> str:
        """Return the place, for a sentence."""

    @abstractmethod
    def encode(self, events: Sequence[Event | Dropped], times: Sequence[float]) -> bytes:
        """Return events in the destination's format; parts can be put together."""

    @abstractmethod
    def write(self, content: bytes, events: int) -> None:
        """Return when events are safe there.

        Raises:
            OSError: They are not; the same will be tried again.
        """


class Delivery(Sink):
    """A queue of encoded events, bounded in bytes, and the thread that empties it."""

    def __init__(
        self, destination: Destination, most_bytes: int, dropped: Callable[[str, int], None]
    ) -> None:
        """Bring events to a destination.

        Args:
            destination: The place.
            most_bytes: How much may wait; what comes then is dropped.
            dropped: Called with the destination's name and the number of events that are dropped.
        """
        self._destination, self._most, self._dropped = destination, most_bytes, dropped
        self._waiting: deque[tuple[bytes, int]] = deque()
        self._bytes = 0
        self._untold = 0  # dropped events, until one that is written says so
        self._missing = 0  # dropped events since all that waited was taken
        self._fails = False
        self._change = threading.Condition()
        self._ends = threading.Event()
        threading.Thread(target=self._run, name="prediction-log", daemon=True).start()

    def add(self, events: Sequence[Event | Dropped], times: Sequence[float]) -> None:
        """See `Sink`."""
        if self._untold:
            events, times = [_notice(self._untold), *events], [time.time(), *times]
        content = self._destination.encode(events, times)
        with self._change:
            if self._bytes + len(content) > self._most:
                self._drop(len(events) - bool(self._untold))
                return
            self._untold = 0
            self._waiting.append((content, len(events)))
            self._bytes += len(content)
            self._change.notify_all()

    def close(self) -> None:
        """See `Sink`; what is not taken then is lost, and counted."""
        self._ends.set()
        with self._change:
            self._change.wait_for(lambda: not self._waiting, _PATIENCE)
            if lost := sum(events for _, events in self._waiting):
                log.error(
                    "The service ends, and %d events of the prediction log are lost: %s has not "
                    "taken them.",
                    lost,
                    self._destination,
                )

    def _run(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._waiting)
                parts = self._next()
            self._deliver(b"".join(content for content, _ in parts), sum(n for _, n in parts))
            with self._change:
                for content, _ in parts:
                    self._waiting.popleft()
                    self._bytes -= len(content)
                if not self._waiting and self._missing:
                    log.warning("%d events are missing in the prediction log.", self._missing)
                    self._missing = 0
                self._change.notify_all()

    def _next(self) -> list[tuple[bytes, int]]:
        """Return the parts that are written next; they wait on until they are."""
        parts: list[tuple[bytes, int]] = []
        size = 0
        for part in self._waiting:
            size += len(part[0])
            if parts and size > _AT_ONCE:
                break
            parts.append(part)
        return parts

    def _deliver(self, content: bytes, events: int) -> None:
        """Try until it is written."""
        pause = _SHORTEST_PAUSE
        while True:
            try:
                self._destination.write(content, events)
            except OSError as error:
                self._failed(error)
            else:
                break
            if self._ends.wait(pause):
                time.sleep(_SHORTEST_PAUSE)
            pause = min(2 * pause, _LONGEST_PAUSE)
        if self._fails:
            self._fails = False
            log.info("%s takes the prediction log again.", self._destination)

    def _failed(self, error: OSError) -> None:
        if not self._fails:
            self._fails = True
            log.warning(
                "%s takes nothing of the prediction log (%s); up to %d MiB of it wait.",
                self._destination,
                error.strerror or error,
                self._most // 2**20,
            )

    def _drop(self, events: int) -> None:
        if not self._missing:
            log.error(
                "The prediction log drops events, for %d MiB wait for %s already. They are counted "
                "by log_lines_dropped_total.",
                self._most // 2**20,
                self._destination,
            )
        self._untold += events
        self._missing += events
        self._dropped(self._destination.name, events)


def _notice(events: int) -> Dropped:
    return Dropped(datetime.now(UTC).isoformat(timespec="milliseconds"), events)
