"""Standard output and error of a process that waits for nobody who reads them."""

import io
import os
import select
import stat
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import NoReturn

from .output import STREAMS, Output

_PIECE = 2**16
"""Bytes that are written at once."""
_PATIENCE = 1.0
"""Seconds that a process which ends waits for its last lines to be taken."""


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
            lines = self._begun + content
            # Whole lines are passed on as they are: nothing is copied by such a slice.
            end = lines.rfind(b"\n") + 1
            lines, self._begun = lines[:end], lines[end:]
            if len(self._begun) > _PIECE:
                lines, self._begun = lines + self._begun + b"\n", b""
            if lines:
                self._output.add(self._name, lines)
        return len(content)

    def finish(self) -> None:
        """Finish a line that was started."""
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
