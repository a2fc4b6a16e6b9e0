"""A scheduler and workers of Dask's as programs of their own, each in a network of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

DASK = Path(sys.executable).with_name("dask")
_SETTINGS = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "5s", "OMP_NUM_THREADS": "1"}


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
def program(*arguments: str, network: Network | None = None) -> Iterator["subprocess.Popen[str]"]:
    """Run one of Dask's programs; its log is its standard error."""
    inside = ["ip", "netns", "exec", network.name] if network else []
    process = subprocess.Popen(
        [*inside, str(DASK), *arguments],
        env=os.environ | _SETTINGS,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def scheduler(host: str) -> Iterator[str]:
    """Run a scheduler and yield its address."""
    options = ("--port", "0", "--no-dashboard", "--host", host)
    with program("scheduler", *options) as process:
        assert process.stderr
        for line in process.stderr:
            if found := re.search(rf"tcp://{re.escape(host)}:\d+", line):
                yield found[0]
                return
        raise AssertionError("the scheduler ended")


@contextmanager
def worker(address: str, folder: Path, network: Network | None = None) -> Iterator[None]:
    """Run a worker with a thread; without a process that starts it again."""
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder))
    with program("worker", address, *options, network=network):
        yield
