"""Services that are started, awaited and asked by a client of Python's own."""

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .commands import clean_environment, variables

PATIENCE = 60
"""Seconds that a service may take to be ready."""


@contextmanager
def serving(*command: object, cwd: Path, port: int, **environment: str) -> Iterator[str]:
    """Run a project's service until the block ends; yield its address once it is ready.

    It ends at once: no load balancer has to notice.
    """
    url = f"http://127.0.0.1:{port}"
    log = cwd / f"service-{port}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*map(str, command)],
            cwd=cwd,
            env=clean_environment(**variables(cwd, SERVING__DRAIN_SECONDS="0"), **environment),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(lambda: answers(f"{url}/readyz"), process, log)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(
    ready: Callable[[], bool],
    process: subprocess.Popen[bytes],
    log: Path,
    patience: float = PATIENCE,
) -> None:
    """Wait until a process is ready; its log is shown if it ends or takes too long."""
    end = time.monotonic() + patience
    while not ready():
        alive = process.poll() is None and time.monotonic() < end
        assert alive, f"not ready: {log.read_text()}"
        time.sleep(0.1)


def answers(address: str) -> bool:
    """Return whether an address answers with success."""
    try:
        return get(address)[0] == 200
    except OSError:
        return False


def get(address: str, body: str | None = None, **headers: str) -> tuple[int, str]:
    """Return status and text of a GET, or with a body of a POST."""
    data = body.encode() if body is not None else None
    headers |= {"Content-Type": "application/json"}
    request = urllib.request.Request(address, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, str(response.read(), "utf-8")
    except urllib.error.HTTPError as error:
        return error.code, str(error.read(), "utf-8")


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
