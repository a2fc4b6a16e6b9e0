"""The parts of a managed online endpoint: itself, and a deployment that runs the project's image.

https://learn.microsoft.com/azure/machine-learning/how-to-deploy-custom-container
"""

from typing import TYPE_CHECKING

from model_runtime.bundle.metadata import Metadata
from model_runtime.contract.routes import Score
from model_runtime.delivery.wanted_image import WantedImage
from model_runtime.errors import ProjectError
from model_runtime.project import project
from model_runtime.settings import Settings

from ..settings import Azure

if TYPE_CHECKING:
    from azure.ai.ml.entities import Environment, ManagedOnlineDeployment, ManagedOnlineEndpoint

COLOURS = ("blue", "green")
"""The names of deployments: one answers, a new one gets the other's."""

_STARTS_S = 10
_FAILURES = 30
"""A service has 30 times 10 seconds to load its model before it is started again."""


def endpoint(azure: Azure) -> "ManagedOnlineEndpoint":
    """Return the endpoint; its clients show a key, and its own identity pulls images."""
    from azure.ai.ml.entities import ManagedOnlineEndpoint

    return ManagedOnlineEndpoint(name=azure.name, auth_mode="key")


def deployment(
    azure: Azure, name: str, image: WantedImage, settings: Settings, metadata: Metadata
) -> "ManagedOnlineDeployment":
    """Return a deployment of an image.

    Args:
        azure: The endpoint's name, and sizes.
        name: One of COLOURS.
        image: The one to run.
        settings: Where its service listens.
        metadata: Of the bundle inside.
    """
    from azure.ai.ml.entities import ManagedOnlineDeployment, OnlineRequestSettings, ProbeSettings

    probe = ProbeSettings(
        initial_delay=_STARTS_S,
        period=10,
        timeout=5,
        success_threshold=1,
        failure_threshold=_FAILURES,
    )
    seconds = min(settings.serving.request_seconds, 180)
    return ManagedOnlineDeployment(
        name=name,
        endpoint_name=azure.name,
        environment=environment(image, settings),
        instance_type=azure.endpoint.vm_size,
        instance_count=azure.endpoint.instances,
        app_insights_enabled=True,
        liveness_probe=probe,
        readiness_probe=probe,
        request_settings=OnlineRequestSettings(
            request_timeout_ms=int(seconds * 1000), max_concurrent_requests_per_instance=64
        ),
        environment_variables=variables(),
        tags=tags(image, metadata),
    )


def environment(image: WantedImage, settings: Settings) -> "Environment":
    """Return the image with the routes of its service.

    An endpoint has one route to predict by. /score takes and answers what clients of Azure ML send
    and expect: {"data": […]} and {"result": […]}.
    """
    from azure.ai.ml.entities import Environment

    paths = {"liveness_route": "/livez", "readiness_route": "/readyz", "scoring_route": Score.path}
    port = settings.serving.port
    return Environment(
        image=image.reference,
        inference_config={name: {"port": port, "path": path} for name, path in paths.items()},
    )


def tags(image: WantedImage, metadata: Metadata) -> dict[str, str]:
    """Return the version that a deployment has, and its image's origin."""
    said = {"model": metadata.name, "VERSION": str(metadata.version), "image": image.reference}
    return said | ({"commit": image.commit} if image.commit else {})


def variables() -> dict[str, str]:
    """Return the service's variables: the endpoint asks for a key, so the service needs none."""
    prefix = project().prefix
    return {f"{prefix}SERVING__API_KEYS__FILE": "", f"{prefix}SERVING__API_KEYS__LINES": ""}


def check_image(image: WantedImage) -> None:
    """Refuse an image that Azure can't pull.

    Raises:
        ProjectError: Its name has no registry.
    """
    registry, slash, _ = image.repository.partition("/")
    if not slash or not ("." in registry or ":" in registry):
        raise ProjectError(
            f"image.repository in config.yaml is '{image.repository}', without a registry that "
            "Azure could pull from: put the one that `make azure-infra` told before it "
            f"(NAME.azurecr.io/{image.repository}), then `make image push`."
        )
