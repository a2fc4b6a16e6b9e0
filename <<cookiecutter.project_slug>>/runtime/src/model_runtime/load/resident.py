"""The memory of a service: of its process and all that it started."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..errors import ProjectError

_PROC = Path("/proc")

Samples = Sequence[tuple[float, float]]
"""Seconds since the start, and resident megabytes then."""


def resident_megabytes(process: int) -> float:
    """Return what a process and its descendants hold in memory; one that has ended holds nothing.

    Raises:
        ProjectError: The system has no /proc (proc(5)) that tells.
    """
    if not (_PROC / "self" / "status").is_file():
        raise ProjectError("What a service holds in memory is known on Linux only; try it there.")
    return sum(map(_own_kilobytes, _tree(process))) / 1024


def _tree(process: int) -> Iterator[int]:
    yield process
    for file in (_PROC / str(process) / "task").glob("*/children"):
        for child in _text(file).split():
            yield from _tree(int(child))


def _own_kilobytes(process: int) -> int:
    lines = _text(_PROC / str(process) / "status").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""


@contextmanager
def watching(process: int, every: float) -> Iterator[Samples]:
    """Take a sample every so many seconds until the block ends.

    Raises:
        ProjectError: See `resident_megabytes`.
    """
    begun, ended = time.perf_counter(), threading.Event()
    samples = [(0.0, resident_megabytes(process))]

    def watch() -> None:
        while not ended.wait(every):
            samples.append((time.perf_counter() - begun, resident_megabytes(process)))

    watcher = threading.Thread(target=watch, name="memory", daemon=True)
    watcher.start()
    try:
        yield samples
    finally:
        ended.set()
        watcher.join()
