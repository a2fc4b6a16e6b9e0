"""Containers that are processes: what an image has is a project's folder and its environment."""

import json
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.support.commands import clean_environment

from .api import Object
from .network import Doors
from .volumes import Volumes

START = ("python", "-m", "model_runtime.serving")
"""The command of a service's image, as its Dockerfile says."""


class NoImageError(Exception):
    """An image that no registry has."""


@dataclass(frozen=True)
class Image:
    """An image by what stands for it: a project's folder, and variables that it brings."""

    project: Path
    environment: dict[str, str]


class Images:
    """The images that can be pulled, in a folder that tests write to, by namespace."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, namespace: str, name: str, project: Path, **environment: str) -> None:
        """Let an image be pulled in a namespace; `*` is every one that has no entry of its own."""
        file = self._file(namespace, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        content = {"project": str(project), "environment": environment}
        file.with_suffix(".new").write_text(json.dumps(content), "utf-8")
        file.with_suffix(".new").replace(file)

    def pull(self, namespace: str, name: str) -> Image:
        """Return an image.

        Raises:
            NoImageError: There is none of this name.
        """
        for each in (name, "*"):
            if (file := self._file(namespace, each)).is_file():
                found = json.loads(file.read_text("utf-8"))
                if not found["project"]:
                    break
                return Image(Path(found["project"]), found["environment"])
        raise NoImageError(f"no image {name} is known here")

    def refuse(self, namespace: str, name: str) -> None:
        """Let an image be one that no registry has."""
        self.put(namespace, name, Path())

    def _file(self, namespace: str, name: str) -> Path:
        return self._folder / namespace / f"{quote(name, safe='')}.json"


class Container:
    """A container of a pod."""

    def __init__(
        self, spec: Object, pod: Object, volumes: Volumes, image: Image, doors: Doors
    ) -> None:
        self.spec = spec
        self.restarts = 0
        self._pod, self._volumes, self._image, self._doors = pod, volumes, image, doors

    def start(self, log: Path, **own: str) -> None:
        """Start its process, with variables that its node sets."""
        command = self.spec.get("command", []) + self.spec.get("args", []) or [*START]
        words = [self._volumes.here(self.spec, word) for word in command]
        virtual = self._image.project / ".venv" / "bin"
        environment = clean_environment(**self._image.environment | self.environment() | own)
        environment["PATH"] = f"{virtual}{os.pathsep}{environment['PATH']}"
        if (virtual / words[0]).is_file():
            words[0] = str(virtual / words[0])
        self.started = time.monotonic()
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                words,
                cwd=self._image.project,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def end(self, deadline: float) -> None:
        """End it as the kubelet does: the hook, SIGTERM, and SIGKILL when grace is over."""
        if self.process.poll() is None:
            hook = self.spec.get("lifecycle", {}).get("preStop", {}).get("sleep", {})
            time.sleep(min(hook.get("seconds", 0), max(0, deadline - time.monotonic())))
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def environment(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for source in self.spec.get("envFrom", []):
            for key, kind in (("secretRef", "secret"), ("configMapRef", "configMap")):
                if reference := source.get(key):
                    found |= _texts(self._volumes, kind, reference)
        for each in self.spec.get("env", []):
            if (value := self._value(each, found)) is not None:
                found[each["name"]] = self._volumes.here(self.spec, value)
        return found | self._doors.reached(found)

    def _value(self, variable: Object, before: dict[str, str]) -> str | None:
        source = variable.get("valueFrom", {})
        for key, kind in (("secretKeyRef", "secret"), ("configMapKeyRef", "configMap")):
            if reference := source.get(key):
                return _texts(self._volumes, kind, reference).get(reference["key"])
        if field := source.get("fieldRef"):
            return _field(self._pod, field["fieldPath"])
        return _expanded(variable.get("value", ""), before)


def _field(pod: Object, path: str) -> str:
    """Return a pod's field by its path; of labels and annotations one by its key, or nothing."""
    path, _, key = path.partition("['")
    value: Any = pod
    for part in path.split("."):
        value = value.get(part, {})
    return str(value.get(key.removesuffix("']"), "") if key else value)


def _expanded(text: str, before: dict[str, str]) -> str:
    """Return a value with the variables that stand before it; `$$` is a dollar."""
    return re.sub(
        r"\$(\$|\((\w+)\))",
        lambda found: before.get(found[2], found[0]) if found[2] else "$",
        text,
    )


def _texts(volumes: Volumes, kind: str, reference: Object) -> dict[str, str]:
    optional = reference.get("optional", False)
    found = volumes.data(kind, reference["name"], optional=optional)
    return {name: value.decode() for name, value in found.items()}
