"""Deployments of templates: evaluated, their resources made one after the other, or forecast."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.azure.arm_template.expressions import TemplateError
from tests.azure.arm_template.providers import PROVIDERS, name_of, type_of
from tests.azure.arm_template.template import Resource, Template

from . import models
from .arm import HOST, Arm, Kind, merged
from .messages import Answer, Refused, Request
from .router import Router
from .tokens import TENANT

_PATH = "/subscriptions/*/resourcegroups/*/providers/microsoft.resources/deployments/*"


@dataclass
class _Running:
    """A deployment: what is still to be made, and what became of the others."""

    id: str
    template: Template
    left: Iterator[Resource]
    state: str = "Running"
    operations: list[dict[str, Any]] = field(default_factory=list)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    error: dict[str, Any] | None = None


class Deployments:
    """Deployments to resource groups.

    Attributes:
        failures: What a resource fails with, by a part of its id.
        at_once: How many resources become ready from one look at the deployment to the next.
        held: Goes on with no deployment while it is true.
    """

    def __init__(self, arm: Arm) -> None:
        """Let there be all types that the templates use."""
        self.arm = arm
        self.failures: dict[str, tuple[str, str]] = {}
        self.at_once, self.held = 4, False
        self.running: dict[str, _Running] = {}
        for kind, provider in PROVIDERS.items():
            own = arm.kinds.setdefault(kind.lower(), Kind(_model(kind)))
            if own.on_put is None:
                own.on_put = _completing(kind)
            assert provider.versions

    def register(self, router: Router) -> None:
        """Answer for deployments, their operations and forecasts."""
        router.add("POST", HOST, f"{_PATH}/whatif", self._what_if)
        router.add("GET", HOST, f"{_PATH}/operationstatuses/*", self._status)
        place = "/subscriptions/*/resourcegroups/*/deployments/*/operations"
        router.add("GET", HOST, place, self.operations)
        router.add("GET", HOST, f"{_PATH}/forecasts/*", self._forecast)
        router.add("*", HOST, _PATH, self._answer)

    def _answer(self, request: Request) -> Answer:
        self.arm.check(request)
        if request.method == "PUT":
            return self._begin(request)
        found = self.running.get(request.path.lower())
        if request.method == "HEAD":
            return Answer(204 if found else 404)
        if not found:
            raise Refused(404, "DeploymentNotFound", f"{request.path} could not be found.")
        return Answer(body=_shown(found))

    def _begin(self, request: Request) -> Answer:
        before = self.running.get(request.path.lower())
        if before and before.state == "Running":
            raise Refused(409, "DeploymentActive", "The deployment with that name is active.")
        template = self._template(request, "Deployment")
        running = _Running(request.path, template, template.wanted())
        self.running[request.path.lower()] = running
        url = f"https://{HOST}{request.path}/operationStatuses/1?api-version=2026-06-01"
        headers = {"Azure-AsyncOperation": url, "Retry-After-Ms": "1"}
        return Answer(201, _shown(running), headers)

    def _template(self, request: Request, model: str) -> Template:
        """Read what is to be deployed, and refuse what ARM would.

        Raises:
            Refused: The group isn't there, or the body or the template does not fit.
        """
        from azure.mgmt.resource.deployments import models as own

        place = request.path.partition("/providers/")[0]
        if not (group := self.arm.resources.get(place.lower())):
            raise Refused(404, "ResourceGroupNotFound", f"{place} could not be found.")
        body = request.json()
        if wrong := models.findings(getattr(own, model), body):
            raise Refused(400, "InvalidRequestContent", "; ".join(wrong))
        properties = body["properties"]
        given = {name: each["value"] for name, each in properties["parameters"].items()}
        raw, location = properties["template"], group["location"]
        try:
            return Template(raw, group["id"], location, TENANT, given, self._properties)
        except TemplateError as error:
            raise Refused(400, "InvalidTemplate", f"Template validation failed: {error}") from None

    def _properties(self, place: str) -> Mapping[str, Any]:
        found = self.arm.resources.get(place.lower())
        if found is None:
            raise TemplateError(f"The resource {place} is not there")
        properties: Mapping[str, Any] = found["properties"]
        return properties

    def _status(self, request: Request) -> Answer:
        self.arm.check(request)
        running = self.running[request.path.lower().partition("/operationstatuses/")[0]]
        if not self.held:
            self._go_on(running)
        body: dict[str, Any] = {"status": running.state}
        if running.error:
            body["error"] = running.error
        return Answer(body=body, headers={"Retry-After-Ms": "1"})

    def _go_on(self, running: _Running) -> None:
        for _ in range(self.at_once):
            try:
                resource = next(running.left, None)
                if resource is None:
                    running.outputs = running.template.outputs()
                    running.state = "Succeeded"
                    return
                self._make(resource)
            except (Refused, TemplateError) as refused:
                error = _error(refused)
                running.operations.append(_operation(resource, "Failed", error))
                said = "At least one resource deployment operation failed."
                running.error = {"code": "DeploymentFailed", "message": said, "details": [error]}
                running.state = "Failed"
                return
            running.operations.append(_operation(resource, "Succeeded"))

    def _make(self, resource: Resource) -> None:
        for part, (code, message) in self.failures.items():
            if part.lower() in resource.id.lower():
                raise Refused(409, code, message)
        versions = PROVIDERS[resource.type].versions
        if resource.version not in versions:
            raise Refused(400, "NoRegisteredProviderFound", f"{resource.version}: {versions}")
        self.arm.make(resource.id, json.loads(json.dumps(resource.body)))

    def operations(self, request: Request) -> Answer:
        """List what a deployment has done with each resource; its path is one of its own."""
        self.arm.check(request)
        own = "/providers/microsoft.resources/deployments/"
        place = request.path.lower().removesuffix("/operations").replace("/deployments/", own)
        return Answer(body={"value": self.running[place].operations})

    def _what_if(self, request: Request) -> Answer:
        self.arm.check(request)
        self._forecasts = [*self._changes(self._template(request, "DeploymentWhatIf"))]
        url = f"https://{HOST}{request.path.rpartition('/')[0]}/forecasts/1?api-version=2026-06-01"
        return Answer(202, None, {"Location": url, "Retry-After-Ms": "1"})

    def _forecast(self, request: Request) -> Answer:
        self.arm.check(request)
        body = {"status": "Succeeded", "properties": {"changes": self._forecasts}}
        return Answer(body=body)

    def _changes(self, template: Template) -> Iterator[dict[str, Any]]:
        """Yield each change; what only a made resource can say stands for itself."""
        template.answered = _unknown
        for resource in template.wanted():
            before = self.arm.resources.get(resource.id.lower())
            change: dict[str, Any] = {"resourceId": resource.id, "changeType": "Create"}
            if before:
                delta = [*_delta(before, resource.body)]
                change |= {"changeType": "Modify" if delta else "NoChange", "delta": delta}
            yield change


class _Unknown(dict[str, Any]):
    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> Any:
        return _Unknown()


def _unknown(_: str) -> Mapping[str, Any]:
    return _Unknown()


def _delta(before: Any, after: Mapping[str, Any], path: str = "") -> Iterator[dict[str, Any]]:
    for key, value in after.items():
        at, old = f"{path}{key}", before.get(key)
        if isinstance(value, _Unknown):
            continue
        if isinstance(value, dict) and isinstance(old, dict):
            yield from _delta(old, value, f"{at}.")
        elif value != old:
            kind = "Create" if old is None else "Modify"
            yield {"path": at, "propertyChangeType": kind, "before": old, "after": value}


def _shown(running: _Running) -> dict[str, Any]:
    properties: dict[str, Any] = {"provisioningState": running.state, "mode": "Incremental"}
    if running.outputs:
        properties["outputs"] = running.outputs
    if running.error:
        properties["error"] = running.error
    return {"id": running.id, "name": name_of(running.id), "properties": properties}


def _operation(
    resource: Resource | None, state: str, error: dict[str, Any] | None = None
) -> dict[str, Any]:
    properties: dict[str, Any] = {"provisioningOperation": "Create", "provisioningState": state}
    if resource:
        properties["targetResource"] = {
            "id": resource.id,
            "resourceName": name_of(resource.id),
            "resourceType": resource.type,
            "symbolicName": resource.symbol,
        }
    if error:
        properties["statusMessage"] = {"status": "Failed", "error": error}
    return {"operationId": "1", "properties": properties}


def _error(refused: Exception) -> dict[str, Any]:
    if isinstance(refused, Refused):
        found: dict[str, Any] = refused.answer.body["error"]
        return found
    return {"code": "InvalidTemplate", "message": str(refused)}


def _model(kind: str) -> Any:
    return lambda: PROVIDERS[kind].model


def _completing(kind: str) -> Any:
    def complete(resource: dict[str, Any], before: dict[str, Any] | None) -> None:
        assert type_of(resource["id"]) == kind
        own = resource.get("properties", {})
        resource["properties"] = merged(PROVIDERS[kind].added(resource["id"]), own)

    return complete
