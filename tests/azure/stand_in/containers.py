"""Container Instance and AKS: a group's container at its address, a cluster's credentials."""

import base64

from .arm import Action, Arm, Kind, Resource
from .container_apps import Serves
from .messages import Answer, Request
from .router import Router

CLUSTERS = "Microsoft.ContainerService/managedClusters"
GROUPS = "Microsoft.ContainerInstance/containerGroups"


class Containers:
    """Container groups, and clusters that are there already.

    Attributes:
        serves: What an image answers; set by tests.
        kubeconfig: What a cluster's users get.
    """

    def __init__(self, arm: Arm) -> None:
        """Tell ARM its kinds."""
        self.arm = arm
        self.serves: Serves = lambda image, request: Answer(503, {"image": image})
        self.kubeconfig = b""
        actions: dict[str, Action] = {"listClusterUserCredential": self._credentials}
        arm.kind(CLUSTERS, Kind(_cluster, actions=actions))

    def register(self, router: Router) -> None:
        """Answer at the groups' addresses."""
        router.add("*", "*.azurecontainer.io", "/*", self._serve)

    def _serve(self, request: Request) -> Answer:
        (group,) = [each for each in self.arm.resources.values() if each["type"] == GROUPS]
        return self.serves(group["properties"]["containers"][0]["properties"]["image"], request)

    def _credentials(self, cluster: Resource, _: Request) -> Answer:
        value = base64.b64encode(self.kubeconfig).decode()
        return Answer(body={"kubeconfigs": [{"name": "clusterUser", "value": value}]})


def _cluster() -> type:
    from azure.mgmt.containerservice.models import ManagedCluster

    return ManagedCluster
