"""Deployments that are rolled out to an endpoint at the stand-in."""

from typing import Any

from model_azure.cloud import workspace
from model_azure.endpoint.online import OnlineEndpoints
from model_azure.endpoint.parts import deployment
from model_azure.endpoint.question import Question
from model_azure.endpoint.release import Rollout
from model_azure.settings import Azure, Endpoint, read_azure
from model_runtime.bundle.read import Bundle, read_bundle
from model_runtime.delivery.wanted_image import WantedImage
from model_runtime.progress import Progress
from model_runtime.settings import Settings, read_settings
from rich.console import Console

from tests.azure.stand_in import StandIn

REPOSITORY = "abc.azurecr.io/iris-classifier"
GOOD, NEXT = f"{REPOSITORY}@sha256:{'1' * 64}", f"{REPOSITORY}@sha256:{'2' * 64}"
BAD, GONE = f"{REPOSITORY}:bad", f"{REPOSITORY}:gone"
QUICK = Endpoint(mirror_percent=10, mirror_seconds=1)


def image(reference: str) -> WantedImage:
    """Return the image of a reference, as it was asked for."""
    digest = reference.partition("@")[2]
    return WantedImage(REPOSITORY, reference.rpartition(":")[2], digest, "c" * 40, "a test")


def parts() -> tuple[Azure, Settings, Bundle]:
    """Return the settings and the bundle of the project that is the current folder."""
    settings = read_settings()
    azure = read_azure().model_copy(update={"endpoint": QUICK})
    return azure, settings, read_bundle(settings.paths.bundle)


def roll_out(reference: str) -> str:
    """Bring an image to the endpoint, and return what is printed."""
    azure, settings, bundle = parts()
    console = Console(width=200)
    there = OnlineEndpoints(workspace(azure), azure.name)
    rollout = Rollout(azure, there, Question.of(bundle, settings), Progress(console))
    with console.capture() as shown:
        rollout.run(
            lambda name: deployment(azure, name, image(reference), settings, bundle.metadata)
        )
    return shown.get()


def deployments(azure: StandIn) -> dict[str, Any]:
    """Return the deployments that there are, by name."""
    return {
        each["name"]: each
        for place, each in azure.arm.resources.items()
        if "/onlineendpoints/" in place and "/deployments/" in place
    }
