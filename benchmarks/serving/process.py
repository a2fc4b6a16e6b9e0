"""A server's processes: started on its core, paused while others are measured, ended."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

PATIENCE = 10
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT"), "1"
)


def cores() -> tuple[int, int] | None:
    """Return the server's core and the load's; none where processes can't be pinned.

    Raises:
        OSError: There is only one core.
    """
    if not hasattr(os, "sched_getaffinity"):
        return None
    usable = sorted(_usable)
    if len(usable) < 2:
        raise OSError("Only one core is usable: the load needs another one than the server.")
    return usable[0], usable[1]


_usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


@contextmanager
def on_core(number: int) -> Iterator[None]:
    """Let this process, and all that it starts, run on the server's core (0) or the load's (1)."""
    if not (pair := cores()):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {pair[number]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass(frozen=True)
class Running:
    """A server's first process."""

    process: subprocess.Popen[bytes]
    log: Path

    def pause(self) -> None:
        """Stop all its processes: they use no time while another server is measured."""
        for each in self._tree():
            with suppress(psutil.NoSuchProcess):
                each.suspend()

    def resume(self) -> None:
        """Let its processes go on."""
        for each in reversed(self._tree()):
            with suppress(psutil.NoSuchProcess):
                each.resume()

    def memory_mb(self) -> float:
        """Return the resident memory; what its processes share is counted once."""
        found = 0
        for each in self._tree():
            memory = each.memory_full_info()
            found += getattr(memory, "pss", memory.uss)
        return found / 1e6

    def demand_alive(self) -> None:
        """Refuse to wait for a server that has ended.

        Raises:
            RuntimeError: It has.
        """
        if (status := self.process.poll()) is not None:
            lines = self.log.read_text("utf-8", "replace").strip().splitlines()
            raise RuntimeError(f"ended with status {status}: {lines[-1] if lines else 'silently'}")

    def end(self) -> None:
        """End all its processes, by force those that stay."""
        tree = self._tree()
        if self.process.poll() is None:
            self.resume()
            self.process.send_signal(signal.SIGTERM)
        _, staying = psutil.wait_procs(tree, timeout=PATIENCE)
        for each in staying:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self.process.wait()
        with suppress(ProcessLookupError):  # as a rule there is none left
            os.killpg(self.process.pid, signal.SIGKILL)

    def _tree(self) -> list[psutil.Process]:
        try:
            first = psutil.Process(self.process.pid)
            return [first, *first.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def start(command: list[str], folder: Path, log: Path, quiet: bool, **variables: str) -> Running:
    """Start a server on the server's core.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        log: Takes standard error, and standard output unless that is to be `quiet`.
        quiet: True sends standard output to the null device: it has a line for each request.
        variables: Added to the environment.
    """
    with log.open("wb") as output, on_core(0):
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | ONE_THREAD | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if quiet else output,
            stderr=output,
            start_new_session=True,
        )
    return Running(process, log)


def wait(running: Running, seconds: float) -> Iterator[None]:
    """Come round every few milliseconds while a server starts.

    Raises:
        RuntimeError: It has ended.
        TimeoutError: It takes longer than some seconds.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        running.demand_alive()
        yield
        time.sleep(0.005)
    raise TimeoutError(f"no answer within {seconds:.0f} s; {running.log} may say why")
