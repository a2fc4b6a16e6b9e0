"""A template's deployment to the resource group: shown while it goes on, its failure explained."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from model_runtime.errors import ProjectError
from model_runtime.progress import Progress, Step
from model_runtime.terminal import console, say

from ..cloud import refusals_told
from ..settings import FILE, Azure
from .arm import EVERY_S, Arm

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError
    from azure.core.polling import LROPoller
    from azure.mgmt.resource.deployments.models import Deployment as Body

FOLDER = FILE.parent


def read_json(name: str) -> dict[str, Any]:
    """Read a file of deploy/azure/.

    Raises:
        ProjectError: It is missing, or no JSON.
    """
    file = FOLDER / name
    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ProjectError(f"{file} is not here; run this in the project's folder.") from error
    except ValueError as error:
        raise ProjectError(f"{file} is no JSON: {error}.") from error
    return found


@dataclass(frozen=True)
class _Operation:
    id: str
    name: str
    state: str
    error: Any

    def __str__(self) -> str:
        return self.name


class Deployment:
    """A deployment by its name; another one of that name replaces what is noted of it."""

    def __init__(self, arm: Arm, azure: Azure, name: str) -> None:
        """Take the template of the same name."""
        self._arm, self._group, self.name = arm, azure.resource_group, name
        self.template = read_json(f"{name}.json")
        self._told: set[str] = set()

    def body(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return its properties: what the template doesn't name stays as it is."""
        values = {name: {"value": value} for name, value in parameters.items()}
        return {"mode": "Incremental", "template": self.template, "parameters": values}

    def run(self, parameters: Mapping[str, Any]) -> dict[str, str]:
        """Deploy, and return the outputs.

        Raises:
            ProjectError: It fails; with each resource's own reason.
        """
        from azure.core.exceptions import HttpResponseError

        body: Body = {"properties": self.body(parameters)}  # type: ignore[assignment]
        deployments = self._arm.client.deployments
        with Progress(console).step(self.name) as step, refusals_told(f"deploying {self.name}"):
            try:
                poller = deployments.begin_create_or_update(self._group, self.name, body)
                self._follow(poller, step)
                properties = poller.result().properties
            except HttpResponseError as error:
                raise self._failure(error) from error
            except SystemExit:
                self._goes_on()
                raise
        outputs = (properties and properties.outputs) or {}
        return {name: str(output["value"]) for name, output in outputs.items()}

    def _follow(self, poller: "LROPoller[Any]", step: Step) -> None:
        step.show(lambda: f"{self.name} … {len(self._told)} of its resources are ready")
        while not poller.done():
            poller.wait(EVERY_S)
            self._tell()
        step.found = f"{len(self._told)} resources"

    def _tell(self) -> None:
        """Write a line for each resource that has become ready."""
        for each in self._operations():
            if each.state == "Succeeded" and each.id not in self._told:
                self._told.add(each.id)
                say(f"  {each}", "dim")

    def _operations(self) -> Iterator[_Operation]:
        """Yield what it does with each resource."""
        for operation in self._arm.client.deployment_operations.list(self._group, self.name):
            properties = operation.properties
            if properties and (target := properties.target_resource) and target.id:
                status = properties.status_message
                yield _Operation(
                    target.id,
                    f"{target.resource_name} ({target.resource_type})",
                    properties.provisioning_state or "",
                    status.error if status else None,
                )

    def _failure(self, error: "HttpResponseError") -> ProjectError:
        if error.status_code == 409 and getattr(error.error, "code", "") == "DeploymentActive":
            return ProjectError(
                f"A deployment {self.name} is under way in {self._group}: wait for it, or stop it: "
                f"az deployment group cancel --resource-group {self._group} --name {self.name}"
            )
        reasons = [*self._reasons()] if self._is_there() else []
        if not reasons:
            reasons = [*innermost(error.error)] or [str(error).splitlines()[0]]
        said = "\n  ".join(reasons)
        return ProjectError(
            f"The deployment {self.name} in {self._group} failed; what was made stays, and the "
            f"command can be run again:\n  {said}"
        )

    def _is_there(self) -> bool:
        """Tell whether Azure has begun it: what its template lacks is refused before."""
        deployments = self._arm.client.deployments
        return bool(self._told) or deployments.check_existence(self._group, self.name)

    def _reasons(self) -> Iterator[str]:
        for each in self._operations():
            if each.state == "Failed":
                yield f"{each}: {'; '.join(innermost(each.error)) or 'no reason is said'}"

    def _goes_on(self) -> None:
        say(
            f"The deployment {self.name} goes on in Azure; the same command again waits for what "
            f"it makes, and this stops it: az deployment group cancel --resource-group "
            f"{self._group} --name {self.name}",
            "red",
        )


def innermost(error: Any) -> Iterator[str]:
    """Yield what is behind an error of Azure's, which wraps reasons in each other."""
    if error is None:
        return
    details = getattr(error, "details", None) or []
    if not details:
        yield f"{error.code}: {error.message}"
    for detail in details:
        yield from innermost(detail)
