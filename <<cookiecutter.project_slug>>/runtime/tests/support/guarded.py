"""A service that asks for API keys, and the file that it knows them by."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from model_runtime.api_key import ApiKey, make_key
from model_runtime.testing.service import Service, running

DAY = 86_400.0


@dataclass(frozen=True)
class KeysFile:
    """The file of a service's keys, and all that were ever in it."""

    path: Path

    def new(self, name: str, days: float = 1) -> str:
        """Add the line of a key that is valid for some days, and return the key."""
        key, known = make_key(name, 1)
        return self.add(key, replace(known, until=time.time() + days * DAY))

    def add(self, key: str, known: ApiKey) -> str:
        """Add a line, as an editor does that puts a whole file in place."""
        before = self.path.read_text() if self.path.exists() else "# keys\n"
        self.write(f"{before}{known.line}\n")
        return key

    def revoke(self, name: str) -> None:
        """Remove a name's lines."""
        lines = self.path.read_text().splitlines(keepends=True)
        self.write("".join(line for line in lines if not line.startswith(f"{name} ")))

    def write(self, text: str) -> None:
        """Replace the file whole."""
        part = self.path.with_name("part")
        part.write_text(text)
        part.replace(self.path)


@dataclass(frozen=True)
class Guarded(Service):
    """A service and its keys."""

    keys: KeysFile
    key: str
    row: dict[str, Any]
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def asked(self, key: str | None, path: str = "/api/predict") -> httpx.Response:
        """Ask for a prediction with a key, or without one."""
        body = {"/api/predict": self.row, "/score": {"data": [self.row]}}.get(path, [self.row])
        return self.client.post(path, json=body, headers={"X-API-Key": key} if key else {})


@contextmanager
def guarded(bundle: Path, folder: Path, **environment: str) -> Iterator[Guarded]:
    """Serve a bundle for the key of `alice`, in the file `keys` of a folder."""
    keys = KeysFile(folder / "keys")
    key = keys.new("alice")
    settings = {"SERVING__API_KEYS__FILE": str(keys.path), **environment}
    with running(bundle, folder / "log", **settings) as service:
        service.wait("/readyz")
        described = service.client.get("/openapi.json", headers={"X-API-Key": key}).json()
        row = described["components"]["schemas"]["Features"]["examples"][0]
        yield Guarded(service.client, service.process, keys, key, row, folder / "log")
