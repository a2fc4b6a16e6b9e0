"""Container Apps: revisions, and which of them gets the requests."""

from collections.abc import Callable
from typing import Any

from .arm import Action, Arm, Kind, Resource
from .messages import Answer, Refused, Request
from .router import Router

NAMESPACE = "Microsoft.App/containerApps"
DOMAIN = "blue.westeurope.azurecontainerapps.io"

Serves = Callable[[str, Request], Answer]
"""The answer of a revision's image to a request."""


class ContainerApps:
    """The apps' revisions.

    Attributes:
        serves: What an image answers; set by tests.
        broken: Images that never come to run, each with the reason.
    """

    def __init__(self, arm: Arm) -> None:
        """Tell ARM its kinds."""
        self.arm = arm
        self.serves: Serves = lambda image, request: Answer(503, {"image": image})
        self.broken: dict[str, str] = {}
        actions: dict[str, Action] = {"activate": self._activate, "deactivate": self._deactivate}
        arm.kind(NAMESPACE, Kind(_model, on_put=self._put, on_get=self._settle))
        revisions = Kind(_model, actions=actions, on_get=self._start)
        arm.kind(f"{NAMESPACE}/revisions", revisions)

    def register(self, router: Router) -> None:
        """Answer at the addresses of apps and of revisions."""
        router.add("*", f"*.{DOMAIN}", "/*", self._serve)
        router.add("*", f"*.{DOMAIN}", "", self._serve)

    def _put(self, app: Resource, before: Resource | None) -> None:
        """Make a revision of a template that there was none of, and give out the requests."""
        own = app["properties"]
        name = f"{app['name']}--{own['template'].get('revisionSuffix') or 'first'}"
        old = before["properties"] if before else {}
        if own["template"] != old.get("template"):
            if f"{app['id']}/revisions/{name}".lower() in self.arm.resources:
                raise Refused(400, "RevisionSuffixInUse", f"{name} is there already.")
            self._revise(app, name)
        own["latestRevisionName"] = name
        own["configuration"].setdefault("ingress", {})["fqdn"] = f"{app['name']}.{DOMAIN}"
        self._weigh(app, own["configuration"]["ingress"]["traffic"])
        own["provisioningState"] = "InProgress"

    def _settle(self, app: Resource) -> None:
        app["properties"]["provisioningState"] = "Succeeded"

    def _revise(self, app: Resource, name: str) -> None:
        properties = {
            "fqdn": f"{name}.{DOMAIN}",
            "template": app["properties"]["template"],
            "active": True,
            "trafficWeight": 0,
            "provisioningState": "Provisioning",
            "runningState": "Processing",
        }
        self.arm.put(f"{app['id']}/revisions/{name}", properties=properties)

    def _start(self, revision: Resource) -> None:
        """Let a revision come to run, or not, from one look at it to the next."""
        own = revision["properties"]
        if own["provisioningState"] == "Provisioning":
            own["provisioningState"] = "Provisioned"
        elif own["active"] and own["runningState"] in ("Processing", "Stopped"):
            reason = self.broken.get(_image(revision))
            own["runningState"] = "Failed" if reason else "Running"
            if reason:
                own["provisioningError"] = reason

    def _weigh(self, app: Resource, traffic: list[dict[str, Any]]) -> None:
        if sum(each["weight"] for each in traffic) != 100:
            raise Refused(400, "InvalidTrafficWeight", "The weights are not 100 together.")
        revisions = self._revisions(app)
        for revision in revisions.values():
            revision["properties"]["trafficWeight"] = 0
        for each in traffic:
            latest = app["properties"]["latestRevisionName"]
            name = latest if each.get("latestRevision") else each["revisionName"]
            if name not in revisions or not revisions[name]["properties"]["active"]:
                raise Refused(400, "RevisionNotFound", f"{name} is no active revision.")
            revisions[name]["properties"]["trafficWeight"] += each["weight"]

    def _revisions(self, app: Resource) -> dict[str, Resource]:
        return {each["name"]: each for each in self.arm.below(f"{app['id']}/revisions")}

    def _activate(self, revision: Resource, _: Request) -> Answer:
        revision["properties"] |= {"active": True, "runningState": "Processing"}
        return Answer(200)

    def _deactivate(self, revision: Resource, _: Request) -> Answer:
        revision["properties"] |= {"active": False, "runningState": "Stopped"}
        return Answer(200)

    def _serve(self, request: Request) -> Answer:
        label = request.host.partition(".")[0]
        for resource in [*self.arm.resources.values()]:
            if resource["type"] != f"{NAMESPACE}/revisions" or not resource["properties"]["active"]:
                continue
            app, _, name = resource["id"].rpartition("/revisions/")
            chosen = resource["properties"]["trafficWeight"] == 100 and label == _last(app)
            if name == label or chosen:
                return self.serves(_image(resource), request)
        return Answer(404, {"host": request.host})


def _last(place: str) -> str:
    return place.rsplit("/", 1)[1]


def _image(revision: Resource) -> str:
    image: str = revision["properties"]["template"]["containers"][0]["image"]
    return image


def _model() -> type:
    from azure.mgmt.appcontainers.models import ContainerApp

    return ContainerApp
