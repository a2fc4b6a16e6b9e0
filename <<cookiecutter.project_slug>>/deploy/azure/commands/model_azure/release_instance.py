"""A release on Container Instance: one container in the place of the other, without TLS."""

from model_runtime.errors import ProjectError
from model_runtime.terminal import say

from .arm import Resource
from .cloud import refusals_told, resource_group
from .service import Service
from .service_check import check_service

VERSION = "2023-05-01"
WITHOUT_TLS = (
    "Container Instance has no TLS: what is asked and answered, keys too, can be read on the way. "
    "kind: container-apps in azure.yaml has."
)


def release(service: Service, tag: str | None) -> str:
    """Run an image in the place of the present one, and ask it.

    Returns:
        What to say of it.

    Raises:
        ProjectError: It fails its test; the former image runs again.
    """
    say(WITHOUT_TLS, "yellow")
    image = service.image(tag).reference
    return _replace(service, image, _running(service))


def roll_back(service: Service) -> str:
    """Run the image that ran before.

    Raises:
        ProjectError: There is none, or it fails its test; then the present one runs again.
    """
    found = _group(service)
    former = ((found or {}).get("tags") or {}).get("former", "")
    if not former:
        raise ProjectError(f"Nothing ran before the present image of {service.azure.name}.")
    return _replace(service, former, _running(service))


def _replace(service: Service, image: str, before: str) -> str:
    try:
        address = service.deploy(image=image, former=before)
        said = check_service(address, service.settings)
    except ProjectError as failure:
        raise ProjectError(f"{failure}\n{_take_back(service, image, before)}") from failure
    return f"{image} at {address}: {said}"


def _take_back(service: Service, image: str, before: str) -> str:
    if not before or before == image:
        return f"Nothing else ran before {image}: it is left as it is."
    say(f"{image} is taken back.", "red")
    service.deploy(image=before, former=before)
    return f"{before} runs again, as before."


def _running(service: Service) -> str:
    found = _group(service)
    if not found:
        return ""
    return str(found["properties"]["containers"][0]["properties"]["image"])


def _group(service: Service) -> Resource | None:
    azure = service.azure
    name = f"Microsoft.ContainerInstance/containerGroups/{azure.name}"
    with refusals_told("looking at the container"):
        return service.arm.get(f"{resource_group(azure)}/providers/{name}", VERSION)
