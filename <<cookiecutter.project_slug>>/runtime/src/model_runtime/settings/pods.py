"""The settings of pods and of the Service before them, for clusters with rules of their own."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from .kubernetes import (
    Annotations,
    Cpu,
    CpuLimit,
    Labels,
    LabelSelector,
    Memory,
    ObjectName,
    PullPolicy,
    ServiceType,
    Uid,
    text_type,
)
from .plain_secrets import SECRET_NAME, is_plain, reference
from .types import Section

OWN_VOLUMES = (
    *("config", "tmp", "keys", "models", "fluent-bit", "fluent-bit-state", "work", "data"),
    "workers-tls",
)
"""Volumes that the chart has by itself."""

VolumeName = Annotated[
    str,
    *text_type("[a-z0-9]([-a-z0-9]*[a-z0-9])?", "is no name of a volume", 63, OWN_VOLUMES),
]
VariableName = Annotated[
    str,
    *text_type(
        "[A-Za-z_][A-Za-z0-9_]*",
        "is no name of a variable; write letters, digits and _, e.g. PROXY",
    ),
]
AbsolutePath = Annotated[
    str, *text_type("/[^:]+", "is no place for a volume; write an absolute path without a colon")
]

_PART = r"([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+)"
SubPath = Annotated[
    str,
    *text_type(
        f"({_PART}(/{_PART})*)?", "is no path in a volume; write one like certs/ca.pem, without .."
    ),
]

_BY_VARIABLE = reference("(")


def _names_once(entries: tuple[Any, ...]) -> tuple[Any, ...]:
    names = [each.name for each in entries]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{', '.join(sorted(twice))} is there twice; each name stands once")
    return entries


class _OfKubernetes(BaseModel):
    """An object with keys that Kubernetes, and not the settings, knows."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Variable(_OfKubernetes):
    """A variable of the environment, with a value or, by valueFrom, a place to read it."""

    model_config = ConfigDict(
        json_schema_extra={
            "not": {
                "properties": {
                    "name": {"pattern": SECRET_NAME},
                    "value": {"not": {"pattern": _BY_VARIABLE}},
                },
                "required": ["name", "value"],
            }
        }
    )

    name: VariableName
    value: str = ""
    valueFrom: dict[str, Any] = Field(default_factory=dict, min_length=1, max_length=1)  # noqa: N815

    @model_validator(mode="after")
    def _is_no_secret(self) -> Self:
        if is_plain(self.name, self.value, _BY_VARIABLE):
            raise ValueError(
                f"{self.name} is a secret by its name, and what stands here is in the pods' "
                "manifest, too; create a Secret beforehand, and write valueFrom: {secretKeyRef: "
                "{name: …, key: …}} instead of the value; if it is none, configMapKeyRef"
            )
        return self


class Volume(_OfKubernetes):
    """A volume, and where containers have it."""

    name: VolumeName
    mount_path: AbsolutePath
    sub_path: SubPath = ""
    read_only: bool = True


Variables = Annotated[tuple[Variable, ...], AfterValidator(_names_once)]
Volumes = Annotated[tuple[Volume, ...], AfterValidator(_names_once)]


class Pods(Section):
    """The settings of all pods: of the service, of its test and of retraining."""

    cpu: Cpu = "250m"
    cpu_limit: CpuLimit = Field(
        default="",
        description="the most CPU of each container, or what it asks for; empty: what is free",
    )
    memory: Memory = "512Mi"
    service_type: ServiceType = Field(
        default="ClusterIP", description="ClusterIP, NodePort or LoadBalancer"
    )
    node_port: int = Field(
        default=0, ge=0, le=65_535, description="of a NodePort or LoadBalancer; 0: any"
    )
    service_annotations: Annotations = Field(
        default_factory=dict, description="of the Service, e.g. for a cloud's load balancer"
    )
    labels: Labels = Field(default_factory=dict, description="of all objects and pods")
    pod_annotations: Annotations = Field(default_factory=dict, description="of all pods")
    env: Variables = Field(
        default=(),
        description="variables as Kubernetes writes them, for the containers that serve, fetch "
        "and retrain; they go before the chart's own, e.g. "
        '[{name: HTTPS_PROXY, value: "…"}]; what is secret has no value, but valueFrom',
    )
    volumes: Volumes = Field(
        default=(),
        description="volumes as Kubernetes writes them, with mount_path and, if wanted, sub_path "
        "and read_only: false, for the same containers, e.g. "
        "[{name: ca, configMap: {name: ca}, mount_path: /etc/ca}]",
    )
    node_selector: LabelSelector = Field(
        default_factory=dict, description="labels of the nodes that pods may run on"
    )
    tolerations: tuple[dict[str, Any], ...] = Field(
        default=(), description="of all pods, as Kubernetes writes them"
    )
    affinity: dict[str, Any] = Field(
        default_factory=dict, description="of all pods, as Kubernetes writes it"
    )
    priority_class: ObjectName = Field(default="", description="of all pods")
    service_account: ObjectName = Field(
        default="", description="one that is there, for all pods; empty: the chart makes its own"
    )
    run_as_user: Uid | None = Field(
        default=10001,
        description="uid and gid of all containers; null: the cluster's choice, as on OpenShift",
    )
    pull_policy: PullPolicy = Field(
        default="",
        description="Always, IfNotPresent or Never; empty: Always for the tag latest only",
    )

    @model_validator(mode="after")
    def _asks_for_what_it_may_have(self) -> Self:
        if self.cpu_limit and _cpus(self.cpu_limit) < _cpus(self.cpu):
            raise ValueError(
                f"cpu is {self.cpu}, more than cpu_limit, {self.cpu_limit}; write as much or less"
            )
        return self


def _cpus(share: str) -> float:
    return int(share[:-1]) / 1000 if share.endswith("m") else float(share)
