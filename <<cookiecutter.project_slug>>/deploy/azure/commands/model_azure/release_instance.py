"""A release on Container Instance: one container in the place of the other, without TLS."""

from model_runtime.errors import ProjectError
from model_runtime.terminal import say

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
    return _replace(service, image, *_running(service))


def roll_back(service: Service) -> str:
    """Run the image that ran before.

    Raises:
        ProjectError: There is none, or it fails its test; then the present one runs again.
    """
    current, former = _running(service)
    if not former:
        raise ProjectError(f"Nothing ran before the present image of {service.azure.name}.")
    return _replace(service, former, current, former)


def _replace(service: Service, image: str, current: str, former: str) -> str:
    """Run an image in the place of the current one, to which a rollback then goes."""
    noted = former if image == current else current
    try:
        address = service.deploy(image=image, former=noted)
        said = check_service(address, service.settings)
    except ProjectError as failure:
        raise ProjectError(f"{failure}\n{_take_back(service, image, current, former)}") from failure
    return f"{image} at {address}: {said}"


def _take_back(service: Service, image: str, current: str, former: str) -> str:
    if not current or current == image:
        return f"Nothing else ran before {image}: it is left as it is."
    say(f"{image} is taken back.", "red")
    service.deploy(image=current, former=former)
    return f"{current} runs again, as before."


def _running(service: Service) -> tuple[str, str]:
    """Return the image that runs, and the one before it; empty where there is none."""
    azure = service.azure
    name = f"Microsoft.ContainerInstance/containerGroups/{azure.name}"
    with refusals_told("looking at the container"):
        found = service.arm.get(f"{resource_group(azure)}/providers/{name}", VERSION)
    if not found:
        return "", ""
    (container,) = found["properties"]["containers"]
    return container["properties"]["image"], (found.get("tags") or {}).get("former", "")
