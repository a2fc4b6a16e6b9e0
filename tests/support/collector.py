"""A collector of Fluentd's forward protocol that is not ours: npm's @fluent-org/logger has one."""

import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.delivery.pipeline_tools import installed

from .commands import run

PACKAGE = "@fluent-org/logger@1.0.10"
PROGRAM = Path(__file__).with_name("collector.cjs")


def client_library() -> Path:
    """Return the folder that node finds the collector's library in."""

    def install(folder: Path) -> None:
        folder.mkdir()
        options = ("--no-save", "--no-audit", "--no-fund", "--prefix", folder)
        run(shutil.which("npm") or "npm", "install", *options, PACKAGE, cwd=folder)

    return installed("fluent-logger-1.0.10", install) / "node_modules"


@dataclass
class Collector:
    """A collector that can be started again and again, on the same port and with the same file."""

    folder: Path
    port: int
    shared_key: str
    _process: "subprocess.Popen[str] | None" = field(default=None, init=False)

    @property
    def certificate(self) -> Path:
        """Its certificate, for `localhost`, signed by itself."""
        return self.folder / "certificate.pem"

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events that it has taken: tag, time and record of each event."""
        file = self.folder / "events.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def make_certificate(self) -> None:
        """Make certificate and private key."""
        request = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
        made = ("-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", "key.pem")
        names = ("-addext", "subjectAltName=DNS:localhost", "-out", self.certificate)
        run("openssl", *request, *made, *names, cwd=self.folder)

    def start(self) -> None:
        """Listen."""
        files = (self.folder / "events.jsonl", self.shared_key, self.certificate, "key.pem")
        self._process = subprocess.Popen(
            [*map(str, ("node", PROGRAM, self.port, *files))],
            cwd=self.folder,
            env=os.environ | {"NODE_PATH": str(client_library())},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == "listening\n"

    def stop(self) -> None:
        """End, between two messages, so that what was acknowledged is written."""
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            self._process.communicate(timeout=30)
            self._process = None
