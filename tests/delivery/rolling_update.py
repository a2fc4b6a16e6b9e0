"""A rolling update as Kubernetes does it, of processes here: pods, and the Service before them."""

import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.commands import clean_environment, run
from tests.support.services import PATIENCE, free_port, get

PROPAGATION = 1.0
"""Seconds in which nodes still send new connections to a pod that is being ended."""


@dataclass
class Pod:
    """A process with the Deployment's environment, and the seconds in which it may end."""

    process: subprocess.Popen[bytes]
    port: int
    sleep: int
    grace: int
    volumes: Path

    def ready(self) -> bool:
        with suppress(OSError):
            return get(f"http://127.0.0.1:{self.port}/readyz")[0] == 200
        return False

    def end(self) -> int:
        """End as the kubelet does: the hook, SIGTERM, and SIGKILL when grace is over.

        Returns:
            The exit code.
        """
        deadline = time.monotonic() + self.grace
        time.sleep(self.sleep)
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(deadline - time.monotonic())
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class Service:
    """Forwards each new connection to a pod; those that are there stay where they are."""

    def __init__(self) -> None:
        self.pods: list[Pod] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._count = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._count += 1
                pod = self.pods[self._count % len(self.pods)]
                upstream = socket.create_connection(("127.0.0.1", pod.port))
                for ends in ((client, upstream), (upstream, client)):
                    threading.Thread(target=_pipe, args=ends, daemon=True).start()


def _pipe(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def pods(
    project: Path, manifests: list[dict[str, Any]], folder: Path, keys: str = ""
) -> Iterator[Callable[[], Pod]]:
    """Yield what starts a pod of a rendered Deployment and waits for its readiness.

    Args:
        project: Where its containers' commands are to be had.
        manifests: What Helm rendered.
        folder: For the pods' volumes and logs.
        keys: The content of the Secret that the volume `keys` mounts, if there is one.
    """
    (spec,) = [each["spec"] for each in manifests if each["kind"] == "Deployment"]
    (config,) = [each["data"] for each in manifests if each["kind"] == "ConfigMap"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    (package,) = [path.parent.name for path in project.glob("src/*/use_case")]
    started: list[Pod] = []

    def start() -> Pod:
        port, volumes = free_port(), folder / str(len(started))
        _lay_out(volumes, container, config, keys)
        for initial in pod.get("initContainers", []):
            run(*_here(initial["command"]), cwd=project, **_variables(initial, volumes))
        command = ["python", "-m", "model_runtime.serving"]  # as both Dockerfile and image say
        own = {f"{package.upper()}_SERVING__PORT": str(port)}
        process = subprocess.Popen(
            _here(command),
            cwd=project,
            env=clean_environment(**_variables(container, volumes) | own),
            stdout=subprocess.DEVNULL,
            stderr=(volumes / "log").open("wb"),
        )
        sleep = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        found = Pod(process, port, sleep, pod["terminationGracePeriodSeconds"], volumes)
        started.append(found)
        end = time.monotonic() + PATIENCE
        while not found.ready():
            assert process.poll() is None and time.monotonic() < end, (volumes / "log").read_text()
            time.sleep(0.1)
        return found

    try:
        yield start
    finally:
        for each in started:
            each.process.kill()
            each.process.wait()


def _lay_out(volumes: Path, container: dict[str, Any], config: dict[str, str], keys: str) -> None:
    for mount in container["volumeMounts"]:
        place = _in(volumes, mount["mountPath"])
        place.mkdir(parents=True)
        if mount["name"] == "config":
            (place / "config.yaml").write_text(config["config.yaml"], "utf-8")
        if mount["name"] == "keys":
            (place / "keys").symlink_to("..data/keys")
            put_secret(place, keys)


def put_secret(place: Path, keys: str) -> None:
    """Put a Secret's content in place as the kubelet does: another folder, by one link for all."""
    revision = place / f"..{sum(1 for _ in place.iterdir())}"
    revision.mkdir()
    (revision / "keys").write_text(keys, "utf-8")
    (place / "..new").symlink_to(revision.name)
    (place / "..new").replace(place / "..data")


def _variables(container: dict[str, Any], volumes: Path) -> dict[str, str]:
    """Return a container's environment; paths on its volumes are those of folders here."""
    mounts = tuple(mount["mountPath"] for mount in container["volumeMounts"])
    return {
        each["name"]: str(_in(volumes, each["value"]))
        if each["value"].startswith(mounts)
        else each["value"]
        for each in container["env"]
    }


def _in(volumes: Path, path: str) -> Path:
    return volumes / path.lstrip("/")


def _here(command: list[str]) -> list[str]:
    return [f".venv/bin/{command[0]}", *command[1:]]


def replace(service: Service, old: Pod, new: Pod) -> int:
    """Let a new pod take part, then end an old one, of which nodes hear a little later.

    Returns:
        The old one's exit code.
    """
    service.pods.append(new)

    def forget() -> None:
        service.pods.remove(old)

    timer = threading.Timer(PROPAGATION, forget)
    timer.start()
    try:
        return old.end()
    finally:
        timer.join()
