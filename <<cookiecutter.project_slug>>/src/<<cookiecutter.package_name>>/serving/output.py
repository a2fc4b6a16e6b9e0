"""Standard output and error that nobody waits for: a stalled reader or a full disk costs lines."""

import io
import os
import select
import stat
import sys
import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NoReturn

from pydantic_core import to_json

STREAMS = ("stdout", "stderr")

_MOST = 4 * 2**20
"""Bytes that wait for a reader, before lines are dropped."""
_PIECE = 2**16
_PATIENCE = 1.0
"""Seconds that a process which ends waits for its last lines to be taken."""


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
            if self._waiting + len(lines) > _MOST:
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
        while written < len(content):
            try:
                piece = content[written : self._cut(content, written)]
                written += os.write(self._descriptor, piece)
            except BlockingIOError:  # whoever shares the descriptor made it so
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
    return f"WARNING:  {lines} lines of the log were dropped here.\n".encode()


class _Stream(io.RawIOBase):
    """A file that collects what is written until it is a whole line."""

    def __init__(self, output: Output, name: str, descriptor: int) -> None:
        self._output, self._name, self._descriptor = output, name, descriptor
        self._begun = b""
        self._turn = threading.RLock()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, content: bytes) -> int:  # type: ignore[override]
        with self._turn:
            whole, newline, self._begun = (self._begun + content).rpartition(b"\n")
            if len(self._begun) > _PIECE:
                whole, newline, self._begun = whole + newline + self._begun, b"\n", b""
            if newline:
                self._output.add(self._name, whole + newline)
        return len(content)

    def finish(self) -> None:
        """Let what was begun be a line."""
        if self._begun:
            self.write(b"\n")


_outputs: dict[tuple[int, int], Output] = {}
_streams: list[_Stream] = []


def take_over(workers: int) -> None:
    """Let sys.stdout and sys.stderr return at once, whatever becomes of their lines.

    Args:
        workers: How many processes write to them. A pipe keeps pieces whole up to PIPE_BUF bytes.
    """
    piece = select.PIPE_BUF if workers > 1 else _PIECE
    for descriptor, name in enumerate(STREAMS, 1):
        at = _status(descriptor)
        # Both may be one file (2>&1), in which two threads could tear each other's lines.
        key = at.st_dev, at.st_ino
        small = piece if stat.S_ISFIFO(at.st_mode) else _PIECE
        output = _outputs.setdefault(key, Output(descriptor, small))
        stream = _Stream(output, name, descriptor)
        _streams.append(stream)
        text = io.TextIOWrapper(stream, "utf-8", "backslashreplace", write_through=True)  # type: ignore[type-var]
        setattr(sys, name, text)


def _status(descriptor: int) -> os.stat_result:
    try:
        return os.fstat(descriptor)
    except OSError:  # closed (`>&-`): else the next file or connection would get its number
        null = os.open(os.devnull, os.O_WRONLY)
        if null != descriptor:
            os.dup2(null, descriptor)
            os.close(null)
        return os.fstat(descriptor)


def count_dropped(counting: Callable[[str, int], None]) -> None:
    """Call a function with each stream and number of lines that are dropped."""
    for output in _outputs.values():
        output.count(counting)


def end(code: int) -> NoReturn:
    """End the process when its last lines are written, without waiting for its threads."""
    patience = time.monotonic() + _PATIENCE
    for stream in _streams:
        stream.finish()
    for output in _outputs.values():
        output.flush(patience)
    os._exit(code)


def run_to_the_end(work: Callable[[], None]) -> NoReturn:
    """Call a function and end the process, with code 0 where it returns."""
    code = 1
    try:
        work()
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
        if isinstance(error.code, str):
            sys.stderr.write(f"{error.code}\n")
    except BaseException:
        traceback.print_exc()
    finally:
        end(code)
