"""Pods of the node: their volumes, containers and probes, from their start to their end."""

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.services import free_port

from .api import ApiError, Object
from .containers import Container, NoImageError
from .network import Doors, own_address
from .probes import Probes
from .volumes import MissingError, Volumes

if TYPE_CHECKING:
    from .node import Node

TICK = 0.1
CONDITIONS = ("PodScheduled", "Initialized", "ContainersReady", "Ready")


class PodThread(threading.Thread):
    """A pod on the node; `port` is where its service listens on this machine."""

    def __init__(self, node: "Node", pod: Object, address: str) -> None:
        super().__init__(daemon=True)
        self.node, self.pod, self.address = node, pod, address
        self.port = free_port()
        self.ending = threading.Event()
        pod["status"]["podIP"] = own_address(address)
        metadata = pod["metadata"]
        self._doors = Doors(node.api, pod, address)
        self.path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
        self.folder = node.folder / "pods" / metadata["namespace"] / metadata["name"]
        self.folder.mkdir(parents=True)
        self._volumes = Volumes(node.api, pod, self.folder / "volumes")
        self._ready = False
        self._prepared = False
        self._ended = False
        self._containers: list[Container] = []

    def run(self) -> None:
        """Run the pod until it is deleted."""
        if self._prepare() and self._launch():
            self._keep()
        self.ending.wait()
        grace = self.pod["metadata"].get("deletionGracePeriodSeconds", 0)
        deadline = time.monotonic() + grace
        for each in self._containers:
            each.end(deadline)
        self._doors.close()
        if self.pod["spec"]["restartPolicy"] == "Never" and not self._ended:
            self._say("Failed")
        self.node.forget(self)

    def kill(self) -> None:
        """End its processes at once."""
        for each in self._containers:
            each.process.kill()

    def runs(self, container: str) -> bool:
        """Tell whether a container's process runs."""
        return any(
            each.spec["name"] == container and each.process.poll() is None
            for each in self._containers
        )

    def log(self, container: str) -> Path:
        """Return the file of a container's output."""
        return Path(self.folder, f"{container}.log")

    def _prepare(self) -> bool:
        for spec in self.pod["spec"].get("initContainers", []):
            if spec.get("restartPolicy") == "Always":
                continue  # a collector: nothing here stands for its image
            while True:
                if not (container := self._made(spec)):
                    return False
                container.start(self.log(spec["name"]), **self._own(spec))
                while container.process.poll() is None:
                    if self.ending.wait(TICK):
                        self._containers.append(container)
                        return False
                if container.process.returncode == 0:
                    break
                if self.pod["spec"]["restartPolicy"] == "Never":
                    self._say("Failed")
                    return False
                if self.ending.wait(1):
                    return False
        self._prepared = True
        return True

    def _launch(self) -> bool:
        for spec in self.pod["spec"]["containers"]:
            if not (container := self._made(spec)):
                return False
            container.start(self.log(spec["name"]), **self._own(spec))
            self._containers.append(container)
        self._say("Running")
        return True

    def _made(self, spec: Object) -> Container | None:
        """Return a container when all that it needs is there; nothing if the pod ends before."""
        said = ""
        while not self.ending.is_set():
            try:
                self._volumes.refresh()
                namespace = self.pod["metadata"]["namespace"]
                image = self.node.images.pull(namespace, spec["image"])
                container = Container(spec, self.pod, self._volumes, image, self._doors)
                container.environment()
                return container
            except (MissingError, NoImageError) as reason:
                if said != (said := str(reason)):
                    pull = isinstance(reason, NoImageError)
                    self._say("Pending", "ErrImagePull" if pull else "ContainerCreating", said)
            self.ending.wait(TICK * 5)
        return None

    def _own(self, spec: Object) -> dict[str, str]:
        """Return a container's variables by which it finds others and is found itself."""
        namespace = self.pod["metadata"]["namespace"]
        proxy = f"http://{namespace}:-@127.0.0.1:{self.node.proxy_port}"
        own = {"http_proxy": proxy, "no_proxy": "127.0.0.1,localhost"}
        for name in (each["name"] for each in spec.get("env", [])):
            if name.endswith("_SERVING__HOST"):
                own[name] = "127.0.0.1"  # all pods share this machine's addresses and ports
            if name.endswith("_SERVING__PORT"):
                own[name] = str(self.port)
        return own

    def _keep(self) -> None:
        """Probe the containers, and start those anew that end and should not, until the end."""
        forever = self.pod["spec"]["restartPolicy"] == "Always"
        refreshed = time.monotonic()
        probes = [Probes(each, self.port) for each in self._containers]
        while not self.ending.wait(TICK):
            if not forever and all(each.process.poll() is not None for each in self._containers):
                codes = {each.process.returncode for each in self._containers}
                return self._say("Succeeded" if codes == {0} else "Failed")
            for each in self._containers:
                if forever and each.process.poll() is not None:
                    self._again(each)
            ready = forever and all(list(map(Probes.ready, probes)))
            if ready != self._ready:
                self._ready = ready
                self._say("Running")
            if time.monotonic() - refreshed > 1:
                refreshed = time.monotonic()
                with suppress(MissingError):  # what was there stays until it is there again
                    self._volumes.refresh()

    def _again(self, container: Container) -> None:
        container.restarts += 1
        container.start(self.log(container.spec["name"]), **self._own(container.spec))
        self._say("Running")

    def _say(self, phase: str, reason: str = "", message: str = "") -> None:
        """Tell the API server how the pod is; it may be gone by now."""
        self._ended = phase in ("Failed", "Succeeded")
        now = datetime.now(UTC).isoformat()
        waiting = {"waiting": {"reason": reason, "message": message}}
        have = {"PodScheduled": True, "Initialized": self._prepared}
        have |= dict.fromkeys(("ContainersReady", "Ready"), self._ready)
        conditions = [
            {"type": name, "status": str(have[name]), "lastTransitionTime": now}
            for name in CONDITIONS
        ]
        known = self.pod["status"].get("conditions") or []
        conditions += [each for each in known if each["type"] == "DisruptionTarget"]
        running = {each.spec["name"]: each for each in self._containers}
        statuses = [
            {
                "name": spec["name"],
                "image": spec["image"],
                "imageID": spec["image"],
                "ready": self._ready,
                "started": self._ready,
                "restartCount": running[spec["name"]].restarts if spec["name"] in running else 0,
                "state": _state(running.get(spec["name"]), now) or waiting,
            }
            for spec in self.pod["spec"]["containers"]
        ]
        status = {
            "phase": phase,
            "startTime": self.pod["metadata"]["creationTimestamp"],
            "hostIP": "127.0.0.1",
            "podIP": self.address,
            "podIPs": [{"ip": self.address}],
            "conditions": conditions,
            "containerStatuses": statuses,
        }
        try:
            self.node.api.patch(f"{self.path}/status", {"status": status})
        except ApiError as refusal:
            if refusal.status not in (404, 409):
                raise


def _state(container: Container | None, now: str) -> Object | None:
    if container is None:
        return None
    if (code := container.process.poll()) is None:
        return {"running": {"startedAt": now}}
    reason = "Completed" if code == 0 else "Error"
    shown = 128 - code if code < 0 else code
    return {"terminated": {"exitCode": shown, "reason": reason, "finishedAt": now}}
