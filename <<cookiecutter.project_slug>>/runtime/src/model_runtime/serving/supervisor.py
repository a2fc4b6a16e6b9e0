"""Several workers on the same sockets: started, started again when they die, renewed, ended."""

import logging
import multiprocessing
import os
import queue
import signal
import socket
import time
from ctypes import Array, c_int
from multiprocessing.context import SpawnProcess
from multiprocessing.sharedctypes import RawArray

from uvicorn.config import STARTUP_FAILURE

from .signals import hangup_renews
from .state import Place
from .worker import work

log = logging.getLogger("uvicorn.error")

_SPAWN = multiprocessing.get_context("spawn")
_TICK = 0.1
_LONGEST_PAUSE = 30.0
_MARGIN = 10
"""Seconds after which a worker that should have ended by itself is killed."""


class _Seat:
    """A place, the process that has it, and the one that is to follow it."""

    def __init__(self, sockets: list[socket.socket], ready: "Array[c_int]", number: int) -> None:
        self._sockets, self._ready, self._number = sockets, ready, number
        self._failures, self._starts_at = 0, 0.0
        self._leaving: list[SpawnProcess] = []
        self.process = self._start(follows=False)
        self._successor: SpawnProcess | None = None

    @property
    def alive(self) -> list[SpawnProcess]:
        """All processes of the place that run."""
        found = [self.process, *filter(None, [self._successor]), *self._leaving]
        return [process for process in found if process.is_alive()]

    def keep(self) -> None:
        """Start a process after one that has died; the longer after it, the more in a row did."""
        if self.process.is_alive():
            return
        if self._successor:
            self.process, self._successor = self._successor, None
        elif not self._starts_at:
            self._failures = 0 if self._is_ready(self.process) else self._failures + 1
            pause = min(2.0**self._failures - 1, _LONGEST_PAUSE)
            self._starts_at = time.monotonic() + pause
            log.error(
                "Worker %d has died (exit code %s); another starts in %d s.",
                self.process.pid,
                self.process.exitcode,
                pause,
            )
        elif time.monotonic() >= self._starts_at:
            self.process = self._start(follows=bool(self._ready[self._number]))
            self._starts_at = 0.0

    def renew(self) -> bool:
        """Take a step towards a new process in the place of a running one; say if it is there.

        Raises:
            ChildProcessError: The new one ended before it was ready.
        """
        self._leaving = [process for process in self._leaving if process.is_alive()]
        if not self._successor:
            self._successor = self._start(follows=True)
        elif self._is_ready(self._successor):
            if self.process.is_alive():
                os.kill(self.process.pid or 0, signal.SIGINT)
            self._leaving.append(self.process)
            self.process, self._successor = self._successor, None
            return True
        elif not self._successor.is_alive():
            self._successor = None
            raise ChildProcessError
        return False

    def _is_ready(self, process: SpawnProcess) -> bool:
        return bool(self._ready[self._number] == process.pid)

    def _start(self, follows: bool) -> SpawnProcess:
        place = Place(self._ready, self._number, follows)
        process = _SPAWN.Process(target=work, args=(self._sockets, place))
        process.start()
        return process


class Supervisor:
    """Parent of the workers; it answers nothing itself."""

    def __init__(self, sockets: list[socket.socket], workers: int, end_seconds: float) -> None:
        """Start workers, who end by themselves within some seconds of SIGTERM."""
        self._sockets, self._end_seconds = sockets, end_seconds
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda number, _: self._signals.put(number))
        ready = RawArray(c_int, workers)
        self._seats = [_Seat(sockets, ready, number) for number in range(workers)]
        self._renewing: list[_Seat] = []

    def run(self) -> int:
        """Keep as many workers until a signal asks for the end; return the exit code."""
        while (number := self._signal()) not in (signal.SIGTERM, signal.SIGINT):
            if number == signal.SIGHUP:
                if not hangup_renews():
                    break
                log.info("SIGHUP: each worker is followed by a new one, one after the other.")
                self._renewing = list(self._seats)
            self._renew()
            for seat in self._seats:
                if seat.process.exitcode == STARTUP_FAILURE:
                    self._end()
                    return 1
                seat.keep()
        self._end()
        return 0

    def _signal(self) -> int:
        try:
            return self._signals.get(timeout=_TICK)
        except queue.Empty:
            return 0

    def _renew(self) -> None:
        try:
            if self._renewing and self._renewing[0].renew():
                del self._renewing[0]
        except ChildProcessError:
            self._renewing = []
            log.error("A new worker did not become ready; those that are left go on answering.")

    def _end(self) -> None:
        """End all; a further signal makes them hurry."""
        for listening in self._sockets:
            listening.close()  # else connections would be made that no worker takes
        latest = time.monotonic() + self._end_seconds + _MARGIN
        number: int = signal.SIGTERM
        while alive := [process for seat in self._seats for process in seat.alive]:
            for process in alive:
                if time.monotonic() > latest:
                    process.kill()
                elif number:
                    os.kill(process.pid or 0, number)
            # Another number than the first's: two of one at once would be one.
            number = signal.SIGINT if self._signal() in (signal.SIGTERM, signal.SIGINT) else 0
