"""Azure Machine Learning: the workspace, its assets, jobs and endpoints."""

from typing import Any

from .arm import Arm, Kind, Resource, new_id
from .messages import Answer, Request
from .router import Router
from .storage import ACCOUNT, Storage

NAMESPACE = "Microsoft.MachineLearningServices"
REGION = "westeurope.api.azureml.ms"

_MODELS = {
    "workspaces": "Workspace",
    "workspaces/batchEndpoints": "BatchEndpoint",
    "workspaces/batchEndpoints/deployments": "BatchDeployment",
    "workspaces/codes": "CodeContainer",
    "workspaces/codes/versions": "CodeVersion",
    "workspaces/components": "ComponentContainer",
    "workspaces/components/versions": "ComponentVersion",
    "workspaces/computes": "ComputeResource",
    "workspaces/data": "DataContainer",
    "workspaces/data/versions": "DataVersionBase",
    "workspaces/datastores": "Datastore",
    "workspaces/environments": "EnvironmentContainer",
    "workspaces/environments/versions": "EnvironmentVersion",
    "workspaces/jobs": "JobBase",
    "workspaces/models": "ModelContainer",
    "workspaces/models/versions": "ModelVersion",
    "workspaces/onlineEndpoints": "OnlineEndpoint",
    "workspaces/onlineEndpoints/deployments": "OnlineDeployment",
    "workspaces/schedules": "Schedule",
}
_SLOW = {
    "batchEndpoints",
    "batchEndpoints/deployments",
    "computes",
    "onlineEndpoints",
    "onlineEndpoints/deployments",
    "schedules",
}


class MachineLearning:
    """The provider; workspaces are put by tests, or by a deployment's part of the stand-in."""

    def __init__(self, arm: Arm) -> None:
        """Tell ARM its kinds."""
        self.arm = arm
        for name, model in _MODELS.items():
            own = name.partition("/")[2]
            kind = Kind(_model(model), slow=own in _SLOW)
            if own.endswith("/versions"):
                kind.on_put, kind.needs_parent = self._versioned, False
            arm.kind(f"{NAMESPACE}/{name}", kind)
        # The SDK writes it so; services read an enumeration's words in any case.
        self.kind("batchEndpoints").lax = ("properties.authMode: 'aadToken' is none",)

    def kind(self, name: str) -> Kind:
        """Return a kind of a workspace, e.g. `jobs`, to give it hooks and actions."""
        return self.arm.kinds[f"{NAMESPACE}/workspaces/{name}".lower()]

    def register(self, router: Router) -> None:
        """Answer on the workspace's regional address."""
        router.add("GET", REGION, "/discovery/workspaces/*", self._discover)

    def workspace(self, group: str, name: str) -> Resource:
        """Put a workspace as `make azure-infra` makes it."""
        place = f"{group}/providers/{NAMESPACE}/workspaces/{name}"
        number = new_id()
        properties: dict[str, Any] = {
            "discoveryUrl": f"https://{REGION}/discovery/workspaces/{number}",
            "mlFlowTrackingUri": f"azureml://{REGION}/mlflow/v1.0{place}",
            "provisioningState": "Succeeded",
            "workspaceId": number,
        }
        self.arm.put(group, location="westeurope")
        identity = {"type": "SystemAssigned"}
        return self.arm.put(place, location="westeurope", identity=identity, properties=properties)

    def keep_files(self, workspace: Resource, storage: Storage) -> str:
        """Let a workspace keep its files in a storage account, without keys, and return where."""
        container = f"azureml-blobstore-{workspace['properties']['workspaceId']}"
        storage.make_container(container)
        properties = {
            "accountName": ACCOUNT,
            "containerName": container,
            "credentials": {"credentialsType": "None"},
            "datastoreType": "AzureBlob",
            "endpoint": "core.windows.net",
            "isDefault": True,
            "protocol": "https",
        }
        self.arm.put(f"{workspace['id']}/datastores/workspaceblobstore", properties=properties)
        codes = self.kind("codes/versions")
        codes.acts_early = True
        codes.lax = ("properties.properties.hash_version is ",)  # the SDK sends a number

        def begin(resource: Resource, _: Request) -> Answer:
            place = f"code-{new_id()}"
            storage.make_container(place)
            credential = {"credentialType": "SAS", "sasUri": storage.signed(place)}
            blob = {"blobUri": storage.signed(place).partition("?")[0], "credential": credential}
            return Answer(body={"blobReferenceForConsumption": blob})

        codes.actions["startPendingUpload"] = begin
        return container

    def _versioned(self, resource: Resource, before: Resource | None) -> None:
        """Keep the container of a version, which says the next one."""
        container = resource["id"].rsplit("/versions/", 1)[0]
        numbers = [
            int(one["name"])
            for one in self.arm.below(f"{container}/versions")
            if one["name"].isdigit()
        ]
        if resource["name"].isdigit():
            numbers.append(int(resource["name"]))
        properties = {
            "latestVersion": resource["name"],
            "nextVersion": str(max(numbers, default=0) + 1),
            "isArchived": False,
        }
        if "dataType" in resource["properties"]:
            properties["dataType"] = resource["properties"]["dataType"]
        self.arm.put(container, properties=properties)

    def _discover(self, _: Request) -> Answer:
        keys = ("api", "catalog", "experimentation", "history", "modelmanagement", "studio")
        return Answer(body=dict.fromkeys(keys, f"https://{REGION}"))


def _model(name: str) -> Any:
    def load() -> type:
        from azure.ai.ml._restclient.arm_ml_service import models

        found: type = getattr(models, name)
        return found

    return load
