"""The settings in deploy/azure/azure.yaml: where things are on Azure, and how large."""

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from model_runtime.errors import ProjectError, sentences
from model_runtime.settings.cron import check_schedule
from model_runtime.yaml_file import read_yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

FILE = Path("deploy/azure/azure.yaml")

Name = Annotated[str, Field(pattern="^[a-z](-?[a-z0-9])+$", min_length=3, max_length=30)]
"""A name that workspaces, endpoints and container apps may have, and names of others begin with."""

Size = Annotated[str, Field(pattern=r"^Standard_[A-Za-z0-9_]{1,50}$")]
"""A size of virtual machines, e.g. Standard_DS3_v2."""

Variable = Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]*$")]
"""A variable of the service."""

Secret = Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,127}$")]
"""The name of a secret in the vault."""

_CLUSTER = (
    "^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/"
    "Microsoft.ContainerService/managedClusters/[^/]+$"
)


class Section(BaseModel):
    """A part of the file; a key that it doesn't know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Training(Section):
    """The cluster that trains; it has no node while nothing runs."""

    vm_size: Size = "Standard_DS3_v2"
    max_nodes: int = Field(default=2, ge=1, le=100)
    idle_seconds: int = Field(default=600, ge=60, le=86_400)
    max_hours: int = Field(default=6, ge=1, le=168)
    schedule: str = ""

    @field_validator("schedule")
    @classmethod
    def _is_a_schedule(cls, text: str) -> str:
        """Refuse what Azure would take for another schedule: it has days of the week alone."""
        parts = check_schedule(text).split()
        if text and (len(parts) != 5 or parts[2:4] != ["*", "*"]):
            raise ValueError(
                f"{text!r} has days of the month or months, or is a word, which Azure's schedules "
                'don\'t know; write minute, hour, *, * and day of the week, like "0 3 * * 1"'
            )
        return text


class Service(Section):
    """The service beside the workspace, by `make azure-release`."""

    kind: Literal["container-apps", "container-instance", "aks", "none"] = "container-apps"
    cpu: float = Field(default=0.5, ge=0.25, le=4, strict=False)
    memory_gb: float = Field(default=1, ge=0.5, le=16, strict=False)
    replicas: int = Field(default=1, ge=0, le=300)
    max_replicas: int = Field(default=3, ge=1, le=300)
    secrets: dict[Variable, Secret] = {}
    cluster: str = Field(default="", pattern=f"^$|{_CLUSTER}")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Refuse what Azure would refuse, or do nothing with."""
        if self.kind == "container-apps" and self.memory_gb != 2 * self.cpu:
            raise ValueError(
                f"of container-apps memory_gb is twice cpu, and it is {self.memory_gb:g} beside "
                f"{self.cpu:g}"
            )
        if self.max_replicas < self.replicas:
            raise ValueError(f"max_replicas is less than replicas, which is {self.replicas}")
        if self.secrets and self.kind in ("container-instance", "aks"):
            raise ValueError(
                f"secrets are read from the vault by container-apps alone, and kind is {self.kind}"
            )
        if self.kind == "aks" and not self.cluster:
            raise ValueError("of aks, cluster has to be the resource ID of the AKS cluster")
        return self


class Endpoint(Section):
    """The managed online endpoint, by `make azure-endpoint`."""

    vm_size: Size = "Standard_DS2_v2"
    instances: int = Field(default=1, ge=1, le=50)
    mirror_percent: int = Field(default=10, ge=0, le=50)
    mirror_seconds: int = Field(default=60, ge=0, le=3_600)


class Azure(Section):
    """The whole file."""

    subscription: str = Field(
        default="", pattern="^$|^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
    )
    resource_group: str = Field(pattern=r"^[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]$")
    location: str = Field(pattern="^[a-z0-9]{3,40}$")
    name: Name
    training: Training = Training()
    service: Service = Service()
    endpoint: Endpoint = Endpoint()


def read_azure(file: Path = FILE) -> Azure:
    """Read the file; the subscription may be in the environment, AZURE_SUBSCRIPTION_ID, instead.

    Raises:
        ProjectError: The file is missing or no YAML, a key or a value does not fit, or nothing
            names the subscription.
    """
    said = read_yaml(file, str(file))
    if not said.get("subscription"):
        said["subscription"] = os.environ.get("AZURE_SUBSCRIPTION_ID", "")
    try:
        azure = Azure.model_validate(said)
    except ValidationError as error:
        raise ProjectError("\n".join(sentences(error, str(file), Azure, said))) from error
    if not azure.subscription:
        raise ProjectError(
            f"{file}: subscription: is empty; write its id there, or set AZURE_SUBSCRIPTION_ID "
            "(`az account show --query id` tells it)."
        )
    return azure
