"""A real service in a process of its own, for tests and checks to call."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx

from ..project import project

PATIENCE = 60
LIMITS = {
    "SERVING__WORKERS": "1",
    "SERVING__MAX_ROWS": "1000",
    "SERVING__MAX_BODY_BYTES": "1048576",
    "LOG__PREDICTIONS": "stdout",
    "SERVING__SCORE_AS_TEXT": "false",
    "SERVING__DRAIN_SECONDS": "0",
}
"""The settings that the tests rely on, whatever config.yaml says."""


@dataclass(frozen=True)
class Service:
    """A running service."""

    client: httpx.Client
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return str(self.client.base_url).rstrip("/")

    @property
    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, from /openapi.json."""
        described: dict[str, Any] = self.client.get("/openapi.json").json()
        return described

    @property
    def example(self) -> dict[str, Any]:
        """A row of features, the one in the API's description."""
        example: dict[str, Any] = self.openapi["components"]["schemas"]["Features"]["examples"][0]
        return example

    def post(self, path: str, value: Any) -> httpx.Response:
        """Post a value as JSON."""
        return self.client.post(path, json=value)

    def wait(self, path: str, status: int = 200) -> httpx.Response:
        """Return the first answer with a status; fail where it takes too long."""
        end = time.monotonic() + PATIENCE
        last = "nothing"
        while time.monotonic() < end and self.process.poll() is None:
            try:
                answer = self.client.get(path)
            except httpx.TransportError as error:
                last = str(error)
            else:
                if answer.status_code == status:
                    return answer
                last = answer.text
            time.sleep(0.05)
        raise AssertionError(f"{path} did not answer {status} in {PATIENCE} s, but: {last}")


@contextmanager
def running(bundle: Path, log: Path, **environment: str) -> Iterator[Service]:
    """Serve a bundle on a free port until the block ends."""
    with started(bundle, log, **environment) as service:
        service.wait("/livez")
        yield service


@contextmanager
def started(bundle: Path, log: Path, **environment: str) -> Iterator[Service]:
    """Start a service, which may not answer yet, or never."""
    with log.open("w") as output, writing(bundle, output, output, MODULE, **environment) as service:
        yield service


MODULE = ("-m", "model_runtime.serving")
COMMAND = ("-m", "model_runtime", "serve")
"""The ways to start it: as in the image, and as `make serve` does."""


@contextmanager
def writing(
    bundle: Path,
    output: int | IO[str],
    error: int | IO[str],
    way: tuple[str, ...] = MODULE,
    **environment: str,
) -> Iterator[Service]:
    """Start a service whose standard output and error go to files or descriptors."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {**LIMITS, "PATHS__BUNDLE": str(bundle), "SERVING__PORT": str(port), **environment}
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, *way],
        env=os.environ | {f"{project().prefix}{name}": value for name, value in settings.items()},
        stdout=output,
        stderr=error,
        text=True,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield Service(client, process)
    finally:
        process.terminate()
        process.wait(timeout=30)
