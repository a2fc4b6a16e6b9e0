"""A namespace of the cluster, as a test has it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.services import PATIENCE

from .api import Api, ApiError, Object
from .containers import Images
from .daemon import write_kubeconfig
from .network import Balancer, endpoints

GROUPS = {
    "/api/v1": (
        *("ConfigMap", "Event", "Namespace", "Node", "PersistentVolume", "PersistentVolumeClaim"),
        *("Pod", "ResourceQuota"),
        *("Secret", "Service", "ServiceAccount"),
    ),
    "/apis/apps/v1": ("Deployment", "ReplicaSet"),
    "/apis/autoscaling/v2": ("HorizontalPodAutoscaler",),
    "/apis/batch/v1": ("CronJob", "Job"),
    "/apis/gateway.networking.k8s.io/v1": ("HTTPRoute",),
    "/apis/monitoring.coreos.com/v1": ("PrometheusRule", "ServiceMonitor"),
    "/apis/networking.k8s.io/v1": ("Ingress", "NetworkPolicy"),
    "/apis/policy/v1": ("PodDisruptionBudget",),
    "/apis/rbac.authorization.k8s.io/v1": ("RoleBinding",),
}
RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}


def path_of(kind: str, namespace: str | None = None) -> str:
    """Return the path of a kind's objects."""
    (group,) = [group for group, kinds in GROUPS.items() if kind in kinds]
    name = kind.lower()
    many = (
        f"{name[:-1]}ies" if name.endswith("y") else f"{name}es" if name[-1] == "s" else f"{name}s"
    )
    return f"{group}/{f'namespaces/{namespace}/' if namespace else ''}{many}"


@dataclass(frozen=True)
class Cluster:
    """A namespace that enforces the restricted Pod Security standard."""

    api: Api
    namespace: str
    folder: Path
    """Of the control plane."""
    kubeconfig: Path

    def named(self, kind: str) -> dict[str, Object]:
        """Return the objects of a kind, by their names."""
        found = self.api.objects(path_of(kind, self.namespace))
        return {each["metadata"]["name"]: each for each in found}

    def get(self, kind: str, name: str) -> Object:
        """Return an object."""
        return self.api.get(f"{path_of(kind, self.namespace)}/{name}")

    def create(self, kind: str, name: str, **parts: Any) -> Object:
        """Make an object of the namespace."""
        (group,) = [group for group, kinds in GROUPS.items() if kind in kinds]
        version = group.removeprefix("/apis/").removeprefix("/api/")
        given = {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **parts}
        return self.api.create(path_of(kind, self.namespace), given)

    def delete(self, kind: str, name: str) -> None:
        """Delete an object, if it is there."""
        self.api.delete(f"{path_of(kind, self.namespace)}/{name}")

    @property
    def images(self) -> Images:
        """The images that its pods can pull."""
        return Images(self.folder / "images")

    def runs(self, project: Path, image: str = "*", **environment: str) -> None:
        """Let an image, or each that has no entry of its own, be what a project's folder has."""
        self.images.put(self.namespace, image, project, **environment)

    def pods(self, release: str = "titanic") -> list[Object]:
        """Return the pods of a release that serve."""
        labels = f"app.kubernetes.io/instance={release},app.kubernetes.io/component=service"
        return self.api.objects(path_of("Pod", self.namespace), labelSelector=labels)

    def balancer(self, service: str) -> Balancer:
        """Return a Service as a client finds it."""
        return Balancer(self.api, self.folder / "ports", self.namespace, service)

    def ready(self, service: str) -> int:
        """Return how many pods answer for a Service."""
        return len(endpoints(self.api, self.folder / "ports", self.namespace, service))

    def log(self, pod: str, container: str) -> str:
        """Return what a container has said, by the API server."""
        return self.api.text(f"{path_of('Pod', self.namespace)}/{pod}/log", container=container)

    def deployer(self, folder: Path) -> Path:
        """Return the kubeconfig of somebody who may do all in this namespace, and nothing else."""
        self.create("ServiceAccount", "deployer")
        subject = {"kind": "ServiceAccount", "name": "deployer", "namespace": self.namespace}
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "admin"}
        self.create("RoleBinding", "deployer", subjects=[subject], roleRef=role)
        path = f"{path_of('ServiceAccount', self.namespace)}/deployer/token"
        asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        token = self.api.create(path, asked)["status"]["token"]
        own = Api(self.api.address, token, self.api.authority)
        return write_kubeconfig(folder / "deployer", own, self.namespace)


def eventually(true: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Wait until something is so, and return it."""
    end = time.monotonic() + patience
    while True:
        try:
            if found := true():
                return found
        except ApiError as refusal:
            if refusal.status != 404:
                raise
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)
