"""The memory that this process may still take: the machine's, its container's, its own limit."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

_STAT_INACTIVE = ("inactive_file", "total_inactive_file")


def free_memory(root: Path = Path("/")) -> float:
    """Return how many bytes are free: the least of what each limit leaves.

    - the machine: `MemAvailable` (proc(5)); where there is no /proc, all that is built in
    - control groups, version 2 and 1, from the process's own up to the root: limit less use, where
      files that are merely cached count as free
    - the process's own address space (`ulimit -v`)

    Args:
        root: The folder that /proc and /sys are in.
    """
    found = [*_machine(root), *_control_groups(root), *_address_space(root)]
    return min(found, default=float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")))


def _machine(root: Path) -> Iterator[float]:
    for line in _lines(root / "proc" / "meminfo"):
        if line.startswith("MemAvailable:"):
            yield float(line.split()[1]) * 1024


def _control_groups(root: Path) -> Iterator[float]:
    """Yield what each group leaves that the process is in."""
    mounted = root / "sys" / "fs" / "cgroup"
    for line in _lines(root / "proc" / "self" / "cgroup"):
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield from _groups(mounted, path, "memory.max", "memory.current")
        elif "memory" in controllers.split(","):
            names = "memory.limit_in_bytes", "memory.usage_in_bytes"
            yield from _groups(mounted / "memory", path, *names)


def _groups(top: Path, path: str, limit: str, use: str) -> Iterator[float]:
    # In a container the path may be the host's, and its own group what is mounted at the top.
    group = top / path.lstrip("/")
    for folder in (group, *group.parents):
        most, used = _number(folder / limit), _number(folder / use)
        if most is not None and used is not None:
            yield most - used + _cached(folder / "memory.stat")
        if folder == top:
            return


def _cached(stat: Path) -> float:
    return max(
        (float(line.split()[1]) for line in _lines(stat) if line.split()[0] in _STAT_INACTIVE),
        default=0.0,
    )


def _address_space(root: Path) -> Iterator[float]:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    used = next(iter(_lines(root / "proc" / "self" / "statm")), None)
    if limit != resource.RLIM_INFINITY and used:
        yield float(limit) - int(used.split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _number(file: Path) -> float | None:
    """Return what a file says; none where it is not there or says `max`."""
    text = next(iter(_lines(file)), "")
    return float(text) if text.strip().isdigit() else None


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except OSError:
        return []
