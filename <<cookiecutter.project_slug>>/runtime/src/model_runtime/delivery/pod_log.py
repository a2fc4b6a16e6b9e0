"""The log of a container, which goes on where it was cut off."""

import re
import sys
import time

from ..terminal import say
from .kubectl import Kubectl
from .patience import Patience

_SECOND = len("2030-01-01T00:00:00")
_STAMPED = re.compile(rb"(\d{4}-\d\d-\d\dT[\d:.]+\S*) ")
_HELD_S = 45.0
"""Seconds after which what breaks off was a connection; it takes 30 to find that there is none."""


class PodLog:
    """The log of a container of a pod; each of its lines is shown once.

    Attributes:
        done: All of it was shown, or it could not be had for too long.
    """

    def __init__(self, kubectl: Kubectl, pod: str, container: str) -> None:
        """Begin with nothing shown.

        Args:
            kubectl: In the pod's namespace.
            pod: Its name.
            container: Its own in the pod.
        """
        self._kubectl = kubectl
        self._words = ("logs", pod, "--container", container, "--follow", "--timestamps")
        self._last = ""
        self._shown: list[str] = []  # the stamps of the last second, in order
        self._again: list[str] = []  # those of them that a further reading still repeats
        self._cut = b""  # a line without an end
        self._patience = Patience()
        self.done = False

    def follow(self, *, ended: bool) -> None:
        """Show what was not shown yet, until the container ends or the connection does.

        Args:
            ended: The container has ended before: what comes now is all.
        """
        if self.done:
            return
        # The API takes whole seconds: the lines of the last one come again.
        since = (f"--since-time={self._last}",) if self._last else ()
        self._again, self._cut = list(self._shown), b""
        told, begun = not self._patience.tried, time.monotonic()
        if self._kubectl.read(self._show, *self._words, *since, told=told):
            self._patience.renew()
            if ended:
                self._show_new(self._cut)
                self.done = True
            return
        if not ended and time.monotonic() - begun > _HELD_S:
            self._patience.renew()  # networks end what nothing is said over for minutes
        self._patience.fail()
        if self._patience.over:
            self.done = True
            say(f"The log of {self._words[1]} can't be read, and is not followed any more.", "dim")

    def _show(self, line: bytes) -> None:
        """Show a line; one without an end may be cut off, and comes again, or is the last one."""
        if line.endswith(b"\n"):
            self._show_new(line)
        else:
            self._cut = line

    def _show_new(self, line: bytes) -> None:
        """Show a line that was not shown yet."""
        if found := _STAMPED.match(line):
            stamp, line = found[1].decode(), line[found.end() :]
            if stamp in self._again:
                del self._again[: self._again.index(stamp) + 1]
                return
            self._patience.renew()  # by what is new: a log that breaks at one place breaks again
            self._again.clear()
            if stamp[:_SECOND] != self._last[:_SECOND]:
                self._shown.clear()
            self._shown.append(stamp)  # several lines may have one
            self._last = stamp
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
