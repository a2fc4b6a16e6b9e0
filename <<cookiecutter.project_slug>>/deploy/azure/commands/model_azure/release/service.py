"""The service beside the workspace: its image, and the parameters of service.json."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from model_runtime.bundle.metadata import Metadata
from model_runtime.bundle.read import read_bundle
from model_runtime.delivery.wanted_image import WantedImage, image_said, wanted_image
from model_runtime.errors import ProjectError
from model_runtime.settings import Settings
from model_runtime.terminal import say

from ..infrastructure.arm import Arm
from ..infrastructure.deployment import Deployment
from ..infrastructure.outputs import infrastructure_outputs
from ..settings import Azure


@dataclass
class Service:
    """All that a release is made of.

    Attributes:
        arm: The way to Azure.
        azure: azure.yaml.
        settings: config.yaml.
        outputs: Names that `make azure-infra` has made.
    """

    arm: Arm
    azure: Azure
    settings: Settings
    outputs: dict[str, str]

    def deploy(self, **own: Any) -> str:
        """Deploy service.json with parameters that differ from release to release.

        Returns:
            The service's address; empty where the cluster has it.
        """
        serving = self.settings.serving
        wanted = self.azure.service
        parameters = {
            "name": self.azure.name,
            "location": self.azure.location,
            "kind": wanted.kind,
            "registryName": self.outputs["registryName"],
            "registryServer": self.outputs["registryLoginServer"],
            "keyVaultUri": self.outputs["keyVaultUri"],
            "port": serving.port,
            "cpu": f"{wanted.cpu:g}",
            "memoryGb": f"{wanted.memory_gb:g}",
            "replicas": wanted.replicas,
            "maxReplicas": wanted.max_replicas,
            "graceSeconds": min(600, 5 + serving.drain_seconds + serving.shutdown_seconds),
            "secrets": [
                {"name": name, "secret": secret} for name, secret in wanted.secrets.items()
            ],
        }
        return Deployment(self.arm, self.azure, "service").run(parameters | own)["address"]

    def image(self, tag: str | None) -> WantedImage:
        """Return the image that is to run, and tell it: as `make deploy` finds it.

        Raises:
            ProjectError: There is none, or the service could not pull it.
        """
        repository, server = self.settings.image.repository, self.outputs["registryLoginServer"]
        if not repository.startswith(f"{server}/"):
            raise ProjectError(
                f"image.repository in config.yaml is {repository}, and the service may pull from "
                f"{server}: write {server}/{repository.rpartition('/')[2]}, and `make image push`."
            )
        said = image_said(tag, {}, None)
        found = wanted_image(self.settings, said, repository, self._bundle())
        say(str(found))
        return found

    def _bundle(self) -> Metadata | ProjectError:
        try:
            return read_bundle(self.settings.paths.bundle).metadata
        except ProjectError as error:
            return error


def service(arm: Arm, azure: Azure, settings: Settings) -> Service:
    """Read what a release needs.

    Raises:
        ProjectError: `make azure-infra` has not made it.
    """
    if settings.serving.telemetry != "azure":
        say(
            "serving.telemetry in config.yaml is not azure: Application Insights will know nothing "
            "of it.",
            "yellow",
        )
    return Service(arm, azure, settings, infrastructure_outputs(azure))


def suffix(tag: str) -> str:
    """Return the end of a new revision's name: the model's version, and the time."""
    version = tag.partition("-")[0]
    beginning = f"v{version}" if version.isdigit() else "r"
    return f"{beginning}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
