"""The ends of the prediction log, and their two formats."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from .event import Dropped, Event

_JSON = msgspec.json.Encoder(enc_hook=str)


def json_lines(events: Sequence[Struct]) -> bytes:
    """Return a line of JSON for each event."""
    return _JSON.encode_lines(events)


class Sink(ABC):
    """An end of the log, which takes events and returns at once."""

    @abstractmethod
    def add(self, events: Sequence[Event | Dropped], times: Sequence[float]) -> None:
        """Take events.

        Args:
            events: What there is to say.
            times: When each was, in seconds since 1970.
        """

    def close(self) -> None:  # noqa: B027
        """Return when all is written, or after a few seconds."""


class StandardOutput(Sink):
    """Standard output, which holds nobody up (see `serving.output`)."""

    def add(self, events: Sequence[Event | Dropped], times: Sequence[float]) -> None:
        """See `Sink`."""
        sys.stdout.buffer.write(json_lines(events))
        sys.stdout.buffer.flush()
