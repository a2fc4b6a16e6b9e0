"""A release on Container Apps: a new revision without requests, asked, and only then in use."""

import typer
from model_runtime.errors import ProjectError
from model_runtime.terminal import say

from .container_app import ContainerApp, serving
from .service import Service, suffix
from .service_check import check_service


def release(service: Service, tag: str | None) -> str:
    """Run an image as a new revision, ask it, and give it the requests.

    Returns:
        What to say of it.

    Raises:
        ProjectError: It does not come to run, or fails its test; the former one answers on.
    """
    app = ContainerApp(service.arm, service.azure)
    image = service.image(tag)
    before = app.found()
    current, end = serving(before), suffix(image.tag)
    new = app.revision_name(end)
    share = {"revisionName": current} if current else {"latestRevision": True}
    former = ((before or {}).get("tags") or {}).get("former", "")
    try:
        address = service.deploy(
            image=image.reference,
            revisionSuffix=end,
            traffic=[{**share, "weight": 100}],
            former=former,
        )
        _take_over(service, app, new, current)
    except ProjectError as failure:
        raise ProjectError(f"{failure}\n{_take_back(app, new, current)}") from failure
    except typer.Exit:
        say(_take_back(app, new, current), "red")
        raise
    return f"{new} answers at {address}"


def roll_back(service: Service) -> str:
    """Give the requests to the revision that had them before.

    Raises:
        ProjectError: There is none, or it does not answer; the present one answers on.
    """
    app = ContainerApp(service.arm, service.azure)
    found = app.found()
    former = ((found or {}).get("tags") or {}).get("former", "")
    if not former:
        raise ProjectError(f"Nothing ran before the present revision of {service.azure.name}.")
    current = serving(found)
    app.activate(former)
    try:
        _take_over(service, app, former, current)
    except ProjectError as failure:
        raise ProjectError(f"{failure}\n{_take_back(app, former, current)}") from failure
    return f"{former} answers again, in the place of {current}"


def _take_over(service: Service, app: ContainerApp, new: str, current: str) -> None:
    """Ask a revision at its own address, then let it have the requests, and stop the others."""
    say(f"  {new}: {check_service(app.address(new), service.settings)}")
    app.shift(new, former=current)
    for revision in app.idle(but=new):
        app.deactivate(revision)


def _take_back(app: ContainerApp, new: str, current: str) -> str:
    """Stop a revision that gets no requests, and return what became of them."""
    if current and serving(app.found()) == new:
        return f"{new} has the requests already; ROLLBACK=1 gives them back to {current}."
    app.deactivate(new)
    if current:
        return f"The revision {new} is stopped; {current} has answered all the time, and does."
    return f"The revision {new} is stopped; nothing ran before it, so nothing answers."
