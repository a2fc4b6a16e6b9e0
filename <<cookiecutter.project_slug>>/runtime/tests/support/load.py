"""A load on a service by the clients of `clients.py`, in a second process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Literal

from model_runtime.testing.service import PATIENCE, Service

from . import clients
from .clients import Client


@dataclass
class Load:
    """A load, and its outcome once it has ended."""

    asking: IO[str]
    told: IO[str]
    seconds: float = 0
    clients: list[Client] = field(default_factory=list)

    def more(self, requests: int) -> None:
        """Wait until each client has had so many more answers."""
        self.asking.write(f"{requests}\n")
        self.asking.flush()
        assert self.told.readline() == "answered\n"

    @property
    def rate(self) -> float:
        """Requests a second."""
        return sum(client.requests for client in self.clients) / self.seconds

    @property
    def failures(self) -> list[str]:
        """The failures of all clients."""
        return [failure for client in self.clients for failure in client.failures]

    @property
    def refused(self) -> int:
        """Connections that were not made."""
        return sum(client.refused for client in self.clients)


@contextmanager
def loaded(
    service: Service,
    path: str,
    body: object,
    rate: float,
    kind: Literal["kept", "fresh"] = "kept",
) -> Iterator[Load]:
    """Ask a service for as long as the block lasts.

    Yields:
        The load, which is filled in when the block has ended.
    """
    asked = [service.url, path, json.dumps(body), str(rate), kind]
    command = [sys.executable, "-m", clients.__name__, *asked]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdin and process.stdout
            load = Load(process.stdin, process.stdout)
            assert load.told.readline() == "asking\n"
            yield load
        finally:
            output, _ = process.communicate(timeout=PATIENCE)
        found = json.loads(output)
        load.seconds = found["seconds"]
        for client in found["clients"]:
            client["answers"] = [(version, text) for version, text in client["answers"]]
            load.clients.append(Client(**client))
