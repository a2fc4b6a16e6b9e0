"""A release on Container Apps: a new revision without requests, asked, and only then in use."""

from model_runtime.errors import ProjectError
from model_runtime.terminal import say

from .check import check_service
from .container_app import ContainerApp, serving
from .service import Service, suffix


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
        _ask(service, app, new)
    except ProjectError as failure:
        raise ProjectError(f"{failure}\n{_take_back(app, new, current)}") from failure
    except SystemExit:
        say(_take_back(app, new, current), "red")
        raise
    _take_over(app, new, current)
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
        _ask(service, app, former)
    except ProjectError as failure:
        raise ProjectError(f"{failure}\n{_take_back(app, former, current)}") from failure
    _take_over(app, former, current)
    return f"{former} answers again, in the place of {current}"


def _ask(service: Service, app: ContainerApp, revision: str) -> None:
    """Ask a revision at its own address."""
    say(f"  {revision}: {check_service(app.address(revision), service.settings)}")


def _take_over(app: ContainerApp, new: str, current: str) -> None:
    """Let a revision that was asked have the requests, and stop the others."""
    try:
        app.shift(new, former=current)
    except ProjectError as failure:
        said = f"{new} has passed its test, and may have no requests yet: release it again."
        raise ProjectError(f"{failure}\n{said}") from failure
    for revision in app.idle(but=new):
        app.deactivate(revision)


def _take_back(app: ContainerApp, new: str, current: str) -> str:
    """Stop a revision, and return what became of the requests."""
    app.deactivate(new)
    if current:
        return f"The revision {new} is stopped; {current} has answered all the time, and does."
    return f"The revision {new} is stopped; nothing ran before it, so nothing answers."
