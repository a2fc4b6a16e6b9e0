"""Signals to end, kept until what is under way can be taken back."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def deaf_to_hangup() -> None:
    """Let a program that this process starts not hear that the terminal is gone: it is told."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


class Interrupts:
    """The signals that came in a block; the program that runs meanwhile gets them, too.

    A program that has to come to its end runs apart: it gets none of them.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.came = False
        self._program: subprocess.Popen[str] | None = None

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the signals that come in a block."""
        before = {number: signal.signal(number, self._keep) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def handed_to(self, program: subprocess.Popen[str], *, apart: bool) -> Iterator[None]:
        """Hand the signals that come in a block to a program as well."""
        self._program = None if apart else program
        try:
            yield
        finally:
            self._program = None

    def _keep(self, number: int, _: FrameType | None) -> None:
        self.came = True
        if self._program:
            # Helm takes back what it does on these two; a terminal that is gone would just end it.
            self._program.send_signal(signal.SIGTERM if number == signal.SIGHUP else number)
