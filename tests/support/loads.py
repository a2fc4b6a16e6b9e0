"""Load on a service from another process, by the clients of the library's own tests."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import IO

from .commands import clean_environment
from .files import SKELETON

CLIENTS = SKELETON / "runtime/tests/support/clients.py"


@dataclass
class Load:
    """Requests so far, and once the load has ended its rate, failures and versions.

    `versions` has, for each client, those that answered it, in order and each once.
    """

    asking: IO[str]
    asked: IO[str]
    requests: int = 0
    rate: float = 0
    failures: list[str] = field(default_factory=list)
    versions: list[list[str]] = field(default_factory=list)

    def more(self, requests: int) -> None:
        """Wait until each client has had so many more answers."""
        self.asking.write(f"{requests}\n")
        self.asking.flush()
        assert self.asked.readline() == "answered\n"


@contextmanager
def loaded(url: str, body: str, rate: int) -> Iterator[Load]:
    """Ask a service to predict as long as the block lasts; `rate` is requests a second."""
    with subprocess.Popen(
        [sys.executable, CLIENTS, url, "/api/predict", body, str(rate)],
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin and process.stdout
        assert process.stdout.readline() == "asking\n"
        load = Load(process.stdin, process.stdout)
        try:
            yield load
        finally:
            output, _ = process.communicate(timeout=60)
    found = json.loads(output)
    clients = found["clients"]
    load.requests = sum(client["requests"] for client in clients)
    load.rate = load.requests / found["seconds"]
    load.failures = [failure for client in clients for failure in client["failures"]]
    load.versions = [
        [version for version, _ in groupby(version for version, _ in client["answers"])]
        for client in clients
    ]
