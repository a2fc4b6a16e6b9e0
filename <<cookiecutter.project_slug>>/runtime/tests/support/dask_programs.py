"""A scheduler and workers of Dask's as programs of their own, each in a network of its own."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from model_runtime.testing.service import PATIENCE

DASK = Path(sys.executable).with_name("dask")
_SETTINGS = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Network:
    """A network namespace, joined to the machine's by a pair of interfaces."""

    name: str
    number: int

    @property
    def outside(self) -> str:
        """The machine's address there."""
        return f"10.231.{self.number}.1"

    @property
    def inside(self) -> str:
        """The namespace's own address."""
        return f"10.231.{self.number}.2"

    def cut(self) -> None:
        """Take the machine's end away: nothing passes, and nobody is told."""
        ip("link", "set", self.name, "down")


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


@contextmanager
def network(number: int) -> Iterator[Network]:
    """Make a network; this takes root.

    Raises:
        OSError, subprocess.CalledProcessError: It can't be made here.
    """
    name = f"mst{os.getpid() % 100_000}n{number}"
    with ExitStack() as stack:
        ip("netns", "add", name)
        stack.callback(ip, "netns", "delete", name)
        found = Network(name, number)
        ip("link", "add", name, "type", "veth", "peer", "name", "inside", "netns", name)
        ip("address", "add", f"{found.outside}/24", "dev", name)
        ip("link", "set", name, "up")
        ip("-n", name, "address", "add", f"{found.inside}/24", "dev", "inside")
        for interface in ("inside", "lo"):
            ip("-n", name, "link", "set", interface, "up")
        ip("-n", name, "route", "add", "default", "via", found.outside)
        yield found


@contextmanager
def program(
    folder: Path, *arguments: str, network: Network | None = None
) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """Run one of Dask's programs with its files in a folder; yield its log, too."""
    inside = ["ip", "netns", "exec", network.name] if network else []
    with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".log", delete=False) as log:
        process = subprocess.Popen(
            [*inside, str(DASK), *arguments, "--no-dashboard"],
            env=os.environ | _SETTINGS,
            stdout=log,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    try:
        yield process, Path(log.name)
    finally:
        process.kill()
        process.wait()


def told(pattern: str, process: "subprocess.Popen[str]", log: Path) -> str:
    """Wait until a program says something, and return it."""
    end = time.monotonic() + 4 * PATIENCE
    while not (found := re.search(pattern, log.read_text())):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)
    return found[0]


@contextmanager
def scheduler(folder: Path, host: str) -> Iterator[str]:
    """Run a scheduler and yield its address."""
    with program(folder, "scheduler", "--port", "0", "--host", host) as (process, log):
        yield told(r"tcp://[0-9.]+:\d+", process, log)


@contextmanager
def worker(
    folder: Path, address: str, network: Network | None = None, paused: bool = False
) -> Iterator[None]:
    """Run a worker with a thread; without a process that starts it again.

    Args:
        folder: Of its files.
        address: The scheduler's.
        network: Where it is.
        paused: Give it less memory than it has taken when it begins.
    """
    options = ["--nthreads", "1", "--no-nanny", "--local-directory", str(folder)]
    options += ["--memory-limit", "48MiB"] * paused
    with program(folder, "worker", address, *options, network=network) as (process, log):
        told("Pausing worker" if paused else "Registered to", process, log)
        yield
