"""The settings of ways into a cluster's service, and of the versions that share its requests."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from .kubernetes import (
    Annotations,
    AnyNamespace,
    Count,
    Host,
    IngressHost,
    LabelSelector,
    ObjectName,
)
from .types import PATH_SEGMENT, FetchedModel, Section

CanaryName = Annotated[str, StringConstraints(pattern="^[a-z0-9]([-a-z0-9]{0,7}[a-z0-9])?$")]
"""The rest of 63 characters behind a release's name of 53 and a dash."""

PathPrefix = Annotated[str, Field(pattern=rf"^(/|(/({PATH_SEGMENT}|\{{release\}}))+)?$")]


class Ingress(Section):
    """The way to the service from outside of the cluster; there is none without a host."""

    host: IngressHost = ""
    class_name: ObjectName = ""
    issuer: ObjectName = ""
    tls_secret: ObjectName = ""
    annotations: Annotations = Field(default_factory=dict)


class Gateway(Section):
    """The Gateway (Gateway API) by which the service is reached; there is no route without one."""

    name: ObjectName = ""
    namespace: AnyNamespace = ""
    section: ObjectName = ""
    hosts: tuple[Host, ...] = Field(default=(), max_length=16)  # HTTPRoute takes no more


class Canary(Section):
    """Another version beside the main one, and its share of the requests."""

    tag: str = Field(default="", pattern="^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$")
    digest: str = Field(default="", pattern="^(sha256:[0-9a-f]{64})?$")
    model: FetchedModel = ""
    weight: int = Field(default=0, ge=0, le=100)
    replicas: Count = 1


Canaries = Annotated[
    dict[CanaryName, Canary], Field(json_schema_extra={"additionalProperties": False})
]


class _Metadata(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    name: str = Field(min_length=1)
    labels: LabelSelector = Field(default_factory=dict)


class Manifest(BaseModel):
    """An object of the user's own, as Kubernetes writes it."""

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        json_schema_extra={
            "not": {
                "properties": {"apiVersion": {"const": "v1"}, "kind": {"const": "Secret"}},
                "required": ["apiVersion", "kind"],
            }
        },
    )

    api_version: str = Field(alias="apiVersion", min_length=1)
    kind: str = Field(min_length=1)
    metadata: _Metadata
    # Whatever has it is a list to Kubernetes, and might hold Secrets.
    items: Any = Field(default=None, json_schema_extra={"not": {}})

    @model_validator(mode="after")
    def _is_one_object_and_no_secret(self) -> Self:
        if (self.api_version, self.kind) == ("v1", "Secret"):
            raise ValueError(
                f"the Secret {self.metadata.name} would stand in a file; create it beforehand "
                "(`kubectl create secret`), and name it in deployment.secrets or where it is used"
            )
        if "items" in self.model_fields_set:
            raise ValueError(f"{self.kind} has items; write each object of them by itself")
        return self
