"""The settings of image, deployment and pipelines; the service itself reads none of them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from .types import DebianPackage, Section

# As Kubernetes writes names, and shares of CPU and memory.
LETTERS = "[-a-z0-9]*[a-z0-9]"
NAME = f"[a-z0-9]({LETTERS})?"
Port = Annotated[int, Field(ge=1, le=65_535)]
QUANTITY = r"^[0-9]+(\.[0-9]+)?(m|[kMGT]|[KMGT]i)?$"


class Image(Section):
    """The container image."""

    repository: str = Field(default="model-service", min_length=1)
    tag: str = ""
    base: str = ""
    tool: Literal["auto", "docker", "podman", "buildah"] = "auto"
    system_packages: tuple[DebianPackage, ...] = ()


class Ingress(Section):
    """The way to the service from outside of the cluster; there is none without a host."""

    host: str = Field(default="", pattern=r"^([a-z0-9*]([-a-z0-9.]*[a-z0-9])?)?$", max_length=253)
    class_name: str = Field(default="", pattern=rf"^({NAME})?$")
    issuer: str = Field(default="", pattern=rf"^({NAME})?$")
    tls_secret: str = Field(default="", pattern=rf"^({NAME})?$")
    annotations: dict[str, str] = Field(default_factory=dict)


class Secrets(Section):
    """Names of Secrets in the namespace; what is in them stands nowhere in the project."""

    admin_token: str = Field(default="", pattern=rf"^({NAME})?$")
    api_keys: str = Field(default="", pattern=rf"^({NAME})?$")
    log: str = Field(default="", pattern=rf"^({NAME})?$")
    registry: str = Field(default="", pattern=rf"^({NAME})?$")
    telemetry: str = Field(default="", pattern=rf"^({NAME})?$")
    pull: str = Field(default="", pattern=rf"^({NAME})?$")


class ServiceMonitor(Section):
    """The objects for Prometheus' operator: scraping, alerts, dashboard."""

    enabled: bool = False
    labels: dict[str, str] = Field(default_factory=dict)


class FluentBit(Section):
    """The collector beside each service: what it hands on goes to its own outputs."""

    outputs: tuple[dict[str, Any], ...] = ()
    image: str = Field(default="docker.io/fluent/fluent-bit:4.2.2", min_length=1)
    memory: str = Field(default="128Mi", pattern=QUANTITY)


class Retrain(Section):
    """The schedule and resources of `make retrain` in the cluster."""

    schedule: str = Field(default="", pattern=r"^((\S+ ){4}\S+|@[a-z]+)?$")
    arguments: tuple[str, ...] = ()
    cpu: str = Field(default="1", pattern=QUANTITY)
    memory: str = Field(default="2Gi", pattern=QUANTITY)
    max_hours: int = Field(default=6, ge=1)


class Deployment(Section):
    """The chart's release of the image."""

    namespace: str = Field(default="default", pattern=rf"^{NAME}$", max_length=63)
    release: str = Field(default="model-service", pattern=rf"^[a-z]({LETTERS})?$", max_length=53)
    replicas: int = Field(default=2, ge=1)
    max_replicas: int = Field(default=2, ge=1)
    cpu_percent: int = Field(default=70, ge=1)
    cpu: str = Field(default="250m", pattern=QUANTITY)
    memory: str = Field(default="512Mi", pattern=QUANTITY)
    allow_from: tuple[str, ...] = ()
    allow_to: tuple[Port, ...] = ()
    ci_image: str = ""
    ingress: Ingress = Ingress()
    secrets: Secrets = Secrets()
    service_monitor: ServiceMonitor = ServiceMonitor()
    fluent_bit: FluentBit = FluentBit()
    retrain: Retrain = Retrain()


class Credentials(Section):
    """Ids of credentials that Jenkins keeps; the empty one is for none."""

    image_registry: str = ""
    model_registry: str = ""


class Target(Section):
    """An environment that the pipeline `deploy` can go to."""

    namespace: str = Field(pattern=rf"^{NAME}$", max_length=63)
    kubeconfig: str = Field(min_length=1)
    values: str = ""


class Jenkins(Section):
    """The pipelines' Jenkins, and the image, credentials and environments that they use there."""

    url: str = Field(default="", pattern=r"^(https?://[^\s@]+)?$")
    image: str = ""
    credentials: Credentials = Credentials()
    environments: dict[str, Target] = Field(default_factory=dict)
