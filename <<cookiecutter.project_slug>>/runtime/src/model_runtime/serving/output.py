"""Lines on their way out: a reader who stalls, or a full disk, costs lines and never time."""

import os
import select
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime

from pydantic_core import to_json

from ..counts import counted

STREAMS = ("stdout", "stderr")

_MOST = 4 * 2**20
"""Bytes that wait for a reader, before lines are dropped."""


class Output:
    """A file descriptor and the whole lines on their way to it, written by a thread of its own."""

    def __init__(self, descriptor: int, piece: int) -> None:
        """Write to a descriptor in pieces of whole lines; longer lines are pieces of their own."""
        self._descriptor, self._piece = descriptor, piece
        self._chunks: deque[tuple[str, bytes]] = deque()
        self._waiting = 0
        self._torn = b""  # the end of a line whose beginning is written
        self._untold = Counter[str]()  # dropped lines by stream, until a notice says so
        self._dropped = Counter[str]()
        self._counting: Callable[[str, int], None] | None = None
        self._change = threading.Condition()  # reentrant: handlers of signals write lines, too
        threading.Thread(target=self._run, name="output", daemon=True).start()

    def add(self, stream: str, lines: bytes) -> None:
        """Let lines of a stream be written, or drop them where too much waits already."""
        with self._change:
            if self._waiting and self._waiting + len(lines) > _MOST:
                self._drop(stream, lines.count(b"\n"), "nobody reads it")
                return
            self._chunks.append((stream, lines))
            self._waiting += len(lines)
            self._change.notify_all()

    def count(self, counting: Callable[[str, int], None]) -> None:
        """Tell of each stream's dropped lines from now on, and of those so far."""
        with self._change:
            self._counting = counting
            for stream, lines in self._dropped.items():
                counting(stream, lines)

    def flush(self, end: float) -> None:
        """Return when all is written, or at a time of the monotonic clock."""
        with self._change:
            self._change.wait_for(lambda: not self._waiting, max(0, end - time.monotonic()))

    def _run(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._chunks)
                stream, lines = self._chunks.popleft()
            if error := self._write(stream, lines):
                with self._change:
                    self._drop(stream, *error)
            with self._change:
                self._waiting -= len(lines)
                self._change.notify_all()

    def _write(self, stream: str, lines: bytes) -> tuple[int, str] | None:
        """Write a torn line's end, a notice and lines; return how many were not, and why."""
        untold = self._untold[stream]
        notice = _notice(stream, untold) if untold else b""
        for part in (self._torn, notice, lines):
            written, reason = self._put(part)
            if reason:
                rest = part[written:]
                if part is self._torn or (written and part[written - 1 : written] != b"\n"):
                    # The next write ends this line: no two lines are glued to one.
                    self._torn, newline, rest = rest.partition(b"\n")
                    self._torn += newline
                return (rest if part is lines else lines).count(b"\n"), reason
            if part is self._torn:
                self._torn = b""
        with self._change:
            self._untold[stream] -= untold
        return None

    def _put(self, content: bytes) -> tuple[int, str]:
        """Write as much as can be; return how much was, and why not all was."""
        written = 0
        view = memoryview(content)  # whose pieces are no copies
        while written < len(content):
            try:
                piece = view[written : self._cut(content, written)]
                written += os.write(self._descriptor, piece)
            except BlockingIOError:  # another process that shares the descriptor made it so
                select.select([], [self._descriptor], [])
            except OSError as error:
                return written, error.strerror or str(error)
        return written, ""

    def _cut(self, content: bytes, start: int) -> int:
        """Return where the whole lines end that make up a piece."""
        end = start + self._piece
        if end >= len(content):
            return len(content)
        return content.rfind(b"\n", start, end) + 1 or content.find(b"\n", end) + 1

    def _drop(self, stream: str, lines: int, reason: str) -> None:
        begins = not self._untold[stream]
        self._untold[stream] += lines
        self._dropped[stream] += lines
        if self._counting:
            self._counting(stream, lines)
        if begins and stream == "stdout":
            sys.stderr.write(
                f"Standard output takes no lines ({reason}); they are dropped, and counted by "
                "log_lines_dropped_total.\n"
            )


def _notice(stream: str, lines: int) -> bytes:
    if stream == "stdout":
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return to_json({"event": "dropped", "time": now, "lines": lines}) + b"\n"
    said = counted(lines, "line of the log was", "lines of the log were")
    return f"WARNING:  {said} dropped here.\n".encode()
