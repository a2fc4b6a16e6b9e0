"""The places that a prediction log is read from, and what of it is no prediction."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from ..counts import counted
from ..errors import ProjectError
from ..scoring.inputs import LONGEST, whole_lines
from .event import Broken, Prediction, dropped, parsed, prediction


@dataclass(frozen=True)
class Window:
    """The times that are looked at, in seconds since 1970: from `since` on, before `until`."""

    since: float = float("-inf")
    until: float = float("inf")


class Source(ABC):
    """A prediction log."""

    @abstractmethod
    def __str__(self) -> str:
        """Return the place, for a sentence."""

    @abstractmethod
    def records(self, window: Window) -> Iterator[Any]:
        """Yield what stands there, one after the other: JSON as Python has it, None for no JSON.

        Args:
            window: What is surely outside may be left out.
        """


class Lines(Source):
    """A log of lines, which may be mixed with others."""

    @abstractmethod
    def files(self) -> Iterator[BinaryIO]:
        """Yield what is read to the end, one after the other."""

    def show(self) -> None:
        """Tell the step under way how far it is, where that can be known."""

    def records(self, window: Window) -> Iterator[Any]:
        """See `Source`."""
        for file in self.files():
            for block in whole_lines(file):
                self.show()
                for line in block.split(b"\n")[:-1]:
                    if line.strip():
                        yield parsed(line) if len(line) <= LONGEST else None


@dataclass
class Log:
    """The predictions of one model in a source, counted while they are read."""

    source: Source
    model: str
    window: Window = Window()
    read: int = 0
    """Records, predictions or not."""
    others: int = 0
    """Records that are no predictions."""
    broken: int = 0
    first_broken: str = ""
    of_others: int = 0
    """Predictions of other models."""
    outside: int = 0
    """Predictions of other times."""
    dropped: int = 0
    """Events that the service says it could not log."""
    used: int = 0

    def predictions(self) -> Iterator[Prediction]:
        """Yield those that are meant, in the source's order.

        Raises:
            ProjectError: There is none.
        """
        for record in self.source.records(self.window):
            self.read += 1
            self.dropped += dropped(record)
            try:
                found = prediction(record)
            except Broken as error:
                self.broken += 1
                self.first_broken = self.first_broken or f"record {self.read:,}: {error}"
                continue
            if self._is_meant(found):
                self.used += 1
                yield found  # type: ignore[misc]
        if not self.used:
            raise ProjectError(
                f"{self.source} has no prediction of {self.model}: "
                + ("; ".join(self.left_out()) or "it is empty")
                + ". The service logs them unless config.yaml says otherwise."
            )

    def _is_meant(self, found: Prediction | None) -> bool:
        if found is None:
            self.others += 1
        elif found.model != self.model:
            self.of_others += 1
        elif not self.window.since <= found.time < self.window.until:
            self.outside += 1
        else:
            return True
        return False

    def left_out(self) -> list[str]:
        """Say what was left out, and how many records of each kind."""
        first = f" (first {self.first_broken})"
        kinds = [
            (self.others, "is no prediction", "are no predictions", ""),
            (self.broken, "is a broken prediction", "are broken predictions", first),
            (
                self.of_others,
                "is a prediction of another model",
                "are predictions of other models",
                "",
            ),
            (self.outside, "is a prediction of another time", "are predictions of other times", ""),
        ]
        said = [
            counted(count, f"record {one}", f"records {more}") + rest
            for count, one, more, rest in kinds
            if count
        ]
        lost = [
            f"{counted(self.dropped, 'event was', 'events were')} dropped by the service itself"
        ]
        return said + (lost if self.dropped else [])


def moment(text: str, name: str) -> float:
    """Return a time in seconds since 1970; UTC where it names no offset.

    Raises:
        ProjectError: It is no time.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ProjectError(
            f"{name} is '{text}', and no time; write one like 2030-01-31 or 2030-01-31T12:00+01:00."
        ) from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
