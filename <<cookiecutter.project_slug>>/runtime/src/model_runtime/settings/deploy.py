"""The settings of image, deployment and pipelines; the service itself reads none of them."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .kubernetes import (
    Count,
    Cpu,
    DnsLabel,
    Labels,
    Memory,
    ObjectName,
    Port,
    ReleaseName,
    Schedule,
)
from .plain_secrets import SECRET_NAME, is_plain, reference
from .pods import Pods
from .types import DebianPackage, Section
from .ways_in import Canaries, Gateway, Ingress, Manifest, PathPrefix


class Image(Section):
    """The container image."""

    repository: str = Field(default="model-service", min_length=1)
    tag: str = Field(default="", pattern=r"^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$")
    digest: str = Field(default="", pattern=r"^(sha256:[0-9a-f]{64})?$")
    base: str = ""
    tool: Literal["auto", "docker", "podman", "buildah"] = "auto"
    system_packages: tuple[DebianPackage, ...] = ()


class Secrets(Section):
    """Names of Secrets in the namespace; what is in them stands nowhere in the project."""

    admin_token: ObjectName = ""
    api_keys: ObjectName = ""
    log: ObjectName = ""
    registry: ObjectName = ""
    telemetry: ObjectName = ""
    pull: ObjectName = ""
    workers: ObjectName = Field(
        default="",
        description="with the keys tls.crt, tls.key and ca.crt, e.g. of cert-manager: by them the "
        "pods of a job with workers talk; empty: in the clear, and only the NetworkPolicy keeps "
        "others away",
    )


class ServiceMonitor(Section):
    """The objects for Prometheus' operator: scraping, alerts, dashboard."""

    enabled: bool = False
    labels: Labels = Field(default_factory=dict)


_BY_VARIABLE = reference("{")


class Output(BaseModel):
    """An output as Fluent Bit writes it; its port is opened."""

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        json_schema_extra={
            "patternProperties": {SECRET_NAME: {"type": "string", "pattern": _BY_VARIABLE}}
        },
    )

    name: str = Field(min_length=1)
    port: Port | None = None

    @model_validator(mode="after")
    def _holds_no_secret(self) -> Self:
        for name, value in (self.model_extra or {}).items():
            if is_plain(name, value, _BY_VARIABLE):
                raise ValueError(
                    f"{name} is a secret by its name, and what stands here gets into a ConfigMap; "
                    "write ${NAME} for it, and name in deployment.secrets.log a Secret that has "
                    "the key NAME"
                )
        return self


class FluentBit(Section):
    """The collector beside each service: what it hands on goes to its own outputs."""

    outputs: tuple[Output, ...] = ()
    image: str = Field(default="docker.io/fluent/fluent-bit:4.2.2", min_length=1)
    memory: Memory = "128Mi"


class Retrain(Section):
    """The schedule and resources of `make retrain` in the cluster."""

    schedule: Schedule = ""
    arguments: tuple[str, ...] = ()
    cpu: Cpu = "1"
    memory: Memory = "2Gi"
    allow_to: tuple[Port, ...] = Field(
        default=(443,),
        description="ports that retraining may call, e.g. for its data, beside the registry's "
        "and those of deployment.allow_to",
    )
    max_hours: int = Field(default=6, ge=1, le=8_760)
    workers: int = Field(
        default=0,
        ge=0,
        le=999,
        description="pods beside the one that retrains, with the same cpu and memory, that work "
        "for it as a Dask cluster; 0: it is alone; runtime/docs/clusters.md",
    )


class Score(Section):
    """The size of `make score CLUSTER=kubernetes`, a job beside the release."""

    workers: int = Field(
        default=2, ge=1, le=999, description="pods beside the first, which hands the work out"
    )
    cpu: Cpu = Field(default="1", description="of each of its pods")
    memory: Memory = Field(default="2Gi", description="likewise")
    allow_to: tuple[Port, ...] = Field(
        default=(443,),
        description="ports that scoring may call, where its files are, beside those of "
        "deployment.allow_to",
    )
    max_hours: int = Field(default=6, ge=1, le=8_760, description="after which it is ended")


class Deployment(Pods):
    """The chart's release of the image."""

    namespace: DnsLabel = "default"
    release: ReleaseName = "model-service"
    replicas: Count = 2
    max_replicas: int = Field(default=2, ge=0, le=2**31 - 1)
    cpu_percent: Count = 70
    allow_from: tuple[DnsLabel, ...] = ()
    allow_to: tuple[Port, ...] = ()
    ci_image: str = ""
    path: PathPrefix = ""
    ingress: Ingress = Ingress()
    gateway: Gateway = Gateway()
    canaries: Canaries = Field(default_factory=dict)
    secrets: Secrets = Secrets()
    service_monitor: ServiceMonitor = ServiceMonitor()
    fluent_bit: FluentBit = FluentBit()
    retrain: Retrain = Retrain()
    score: Score = Score()
    extra_manifests: tuple[Manifest, ...] = ()


class Credentials(Section):
    """Ids of credentials that Jenkins keeps; the empty one is for none."""

    image_registry: str = ""
    model_registry: str = ""


class Target(Section):
    """An environment that the pipeline `deploy` can go to."""

    namespace: DnsLabel
    kubeconfig: str = Field(min_length=1)
    values: str = ""


class Jenkins(Section):
    """The pipelines' Jenkins, and the image, credentials and environments that they use there."""

    url: str = Field(default="", pattern=r"^(https?://[^\s@]+)?$")
    image: str = ""
    credentials: Credentials = Credentials()
    environments: dict[str, Target] = Field(default_factory=dict)
