"""A container app: its revisions, and which of them gets the requests."""

from typing import Any

from model_runtime.errors import ProjectError

from ..cloud import refusals_told, resource_group
from ..infrastructure.arm import Arm, Resource
from ..settings import Azure

VERSION = "2026-07-01"
_PATIENCE_S = 900.0
_RUNS = ("Running", "RunningAtMaxScale", "ScaledToZero")
_FAILED = ("Failed", "ActivationFailed", "Stopped")


class ContainerApp:
    """The project's container app."""

    def __init__(self, arm: Arm, azure: Azure) -> None:
        """Name it."""
        self._arm, self._azure = arm, azure
        self.place = f"{resource_group(azure)}/providers/Microsoft.App/containerApps/{azure.name}"

    def found(self) -> Resource | None:
        """Return it as it is; None before its first release."""
        with refusals_told("looking at the container app"):
            return self._arm.get(self.place, VERSION)

    def revision_name(self, suffix: str) -> str:
        """Return the name of the revision with a suffix."""
        return f"{self._azure.name}--{suffix}"

    def address(self, revision: str) -> str:
        """Wait until a revision runs, and return the address that only it answers at.

        Raises:
            ProjectError: It does not come to run.
        """
        place = f"{self.place}/revisions/{revision}"
        with refusals_told(f"waiting for {revision}"):
            found = self._arm.until(place, VERSION, _is_decided, _PATIENCE_S)
        if not _runs(found["properties"]):
            raise ProjectError(self._reason(revision, found["properties"]))
        return f"https://{found['properties']['fqdn']}"

    def shift(self, revision: str, former: str) -> None:
        """Let all requests go to a revision, and note the one that a rollback goes to."""
        traffic = [{"revisionName": revision, "weight": 100}]
        body = {
            "tags": {"project": self._azure.name, "former": former},
            "properties": {"configuration": {"ingress": {"traffic": traffic}}},
        }
        with refusals_told(f"giving {revision} the requests"):
            self._arm.patch(self.place, VERSION, body)

    def activate(self, revision: str) -> None:
        """Start a revision's replicas again."""
        self._act(revision, "activate")

    def deactivate(self, revision: str) -> None:
        """Stop a revision's replicas; it can be activated again."""
        self._act(revision, "deactivate")

    def idle(self, but: str) -> list[str]:
        """Return the active revisions that get no request, beside one."""
        with refusals_told("looking at the revisions"):
            found = [*self._arm.listed(f"{self.place}/revisions", VERSION)]
        active = [each["name"] for each in found if each["properties"].get("active")]
        return [name for name in active if name != but]

    def _act(self, revision: str, action: str) -> None:
        place = f"{self.place}/revisions/{revision}"
        with refusals_told(f"{action[:-1]}ing {revision}"):
            if self._arm.get(place, VERSION) is not None:
                self._arm.post(f"{place}/{action}", VERSION)

    def _reason(self, revision: str, properties: Resource) -> str:
        state = f"{properties.get('provisioningState')}, {properties.get('runningState')}"
        error = properties.get("provisioningError")
        where = f"--name {self._azure.name} --resource-group {self._azure.resource_group}"
        return (
            f"The revision {revision} does not come to run ({state})"
            f"{f': {error}' if error else ''}; its log: az containerapp logs show {where} "
            f"--revision {revision}"
        )


def serving(app: Resource | None) -> str:
    """Return the revision that gets the most requests; empty where there is none."""
    if not app:
        return ""
    properties: dict[str, Any] = app["properties"]
    traffic = properties["configuration"]["ingress"].get("traffic") or []
    most = max(traffic, key=lambda each: each.get("weight", 0), default=None)
    if not most:
        return ""
    latest = properties.get("latestReadyRevisionName") or properties.get("latestRevisionName") or ""
    return str(latest if most.get("latestRevision") else most["revisionName"])


def _is_decided(revision: Resource) -> bool:
    properties = revision["properties"]
    failed = properties.get("provisioningState") == "Failed"
    return failed or _runs(properties) or properties.get("runningState") in _FAILED


def _runs(properties: Resource) -> bool:
    return (
        properties.get("provisioningState") == "Provisioned"
        and properties.get("runningState") in _RUNS
    )
