"""A host of containers for playbooks: its podman and systemctl start processes.

What systemd starts is what Quadlet, podman's own generator, makes of the unit. An image is a
project's folder with variables; a container is a process that sees mounted folders where they are.
"""

import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from .go_programs import quadlet
from .playbooks import program

SOURCE = Path(__file__).with_name("container_programs.py")


@dataclass(frozen=True)
class ContainerHost:
    """A host in a folder."""

    folder: Path

    @property
    def bin(self) -> Path:
        """The folder of its programs."""
        for name in ("podman", "systemctl"):
            told = f"HOST={self.folder} QUADLET={quadlet()} exec {sys.executable} {SOURCE} {name}"
            program(self.folder / "bin", name, f'{told} "$@"')
        return self.folder / "bin"

    @property
    def log(self) -> list[str]:
        """The commands that were given to podman."""
        file = self.folder / "log"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def running(self) -> Mapping[str, object]:
        """The container that runs; empty if none does."""
        file = self.folder / "container.json"
        return dict(json.loads(file.read_text())) if file.exists() else {}

    @property
    def command(self) -> str:
        """The command of the container that runs, without its image."""
        words = self.running["words"]
        assert isinstance(words, list)
        return " ".join(words[:-1])

    def publish(self, name: str, project: Path, **environment: str) -> str:
        """Put an image into the registry, and return its id."""
        own = {"project": str(project), "environment": environment}
        identity = sha256(json.dumps([name, own]).encode()).hexdigest()
        registry = self.folder / "registry"
        registry.mkdir(parents=True, exist_ok=True)
        entry = json.dumps({"id": identity, **own})
        (registry / sha256(name.encode()).hexdigest()).write_text(entry)
        return identity

    def end(self) -> None:
        """End what runs."""
        if pid := self.running.get("pid"):
            with suppress(ProcessLookupError):
                os.kill(int(str(pid)), signal.SIGKILL)
