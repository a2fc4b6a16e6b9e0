"""Managed online endpoints: traffic, copies of it, keys, logs; and the address that answers.

Behind it are services that the test runs, by the name of the image that a deployment has.
Rules of traffic: https://learn.microsoft.com/azure/machine-learning/how-to-safely-rollout-online-endpoints
"""

import secrets
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from .arm import Arm, Resource
from .machine_learning import NAMESPACE, MachineLearning
from .messages import Answer, Refused, Request
from .router import Router

HOST = "*.westeurope.inference.ml.azure.com"
_DEPLOYMENT = "azureml-model-deployment"


@dataclass
class Online:
    """The endpoints of the workspaces.

    Attributes:
        images: The addresses of services, by the images that run there.
        wrong: What images answer that are broken.
        shares: Each traffic, and mirrored traffic, that an endpoint was given.
        copies: The deployments that got copies of requests.
        logs: What deployments have logged.
    """

    learning: MachineLearning
    images: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, Answer] = field(default_factory=dict)
    shares: list[tuple[dict[str, int], dict[str, int]]] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    logs: dict[str, str] = field(default_factory=dict)
    key: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    _change: threading.Condition = field(default_factory=threading.Condition)

    def register(self, router: Router) -> None:
        """Tell ARM the rules, and answer for the data plane."""
        endpoints = self.learning.kind("onlineEndpoints")
        endpoints.on_put = self._endpoint
        endpoints.actions["listKeys"] = self._keys
        deployments = self.learning.kind("onlineEndpoints/deployments")
        deployments.on_put, deployments.on_delete = self._deployment, self._removed
        deployments.actions["getLogs"] = self._log
        router.add("POST", HOST, "/score", self._score)

    @property
    def arm(self) -> Arm:
        """The resources, as Azure Resource Manager keeps them."""
        return self.learning.arm

    def _endpoint(self, resource: Resource, _: Resource | None) -> None:
        own = resource["properties"]
        shares, mirrored = own.get("traffic") or {}, own.get("mirrorTraffic") or {}
        known = {each["name"] for each in self.arm.below(f"{resource['id']}/deployments")}
        if strange := (shares.keys() | mirrored.keys()) - known:
            raise Refused(400, "BadRequest", f"There is no deployment {sorted(strange)}.")
        if sum(shares.values()) not in (0, 100) or sum(mirrored.values()) > 50:
            raise Refused(400, "BadRequest", "Traffic is 0 or 100 in all, mirrored at most 50.")
        if len(mirrored) > 1 or any(shares.get(name) for name in mirrored):
            raise Refused(400, "BadRequest", "One deployment without traffic may be mirrored to.")
        own["scoringUri"] = f"https://{resource['name']}.westeurope.inference.ml.azure.com/score"
        with self._change:
            self.shares.append((dict(shares), dict(mirrored)))
            self._change.notify_all()

    def wait_for(self, changes: int) -> bool:
        """Wait until the traffic was given so often; say whether it was."""
        with self._change:
            return self._change.wait_for(lambda: len(self.shares) >= changes, 240)

    def _deployment(self, resource: Resource, _: Resource | None) -> None:
        environment = self.arm.resources.get(_place(resource["properties"]["environmentId"]))
        if environment is None:
            raise Refused(400, "BadRequest", "There is no such environment.")
        image, routes = environment["properties"]["image"], environment["properties"]
        if image not in self.images and image not in self.wrong:
            said = f"User container image {image} can't be pulled."
            self.arm.operations.failures[resource["id"]] = ("ImagePullError", said)
        if routes["inferenceConfig"]["scoringRoute"]["path"] != "/score":
            raise Refused(400, "BadRequest", "The route is another than the tests ask.")

        resource["properties"].setdefault("scaleSettings", {"scaleType": "Default"})

    def _removed(self, resource: Resource) -> None:
        place, name = resource["id"].rsplit("/deployments/", 1)
        own = self.arm.resources[place.lower()]["properties"]
        if (own.get("traffic") or {}).get(name) or (own.get("mirrorTraffic") or {}).get(name):
            raise Refused(400, "BadRequest", f"The deployment {name} has traffic.")

    def _keys(self, _: Resource, __: Request) -> Answer:
        return Answer(body={"primaryKey": self.key, "secondaryKey": secrets.token_urlsafe(16)})

    def _log(self, resource: Resource, _: Request) -> Answer:
        return Answer(body={"content": self.logs.get(resource["name"], "")})

    def _score(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return Answer(401, b"key_auth_access_denied")
        name = request.host.partition(".")[0]
        endpoint = next(
            each
            for place, each in self.arm.resources.items()
            if place.endswith(f"{NAMESPACE}/workspaces/{name}/onlineEndpoints/{name}".lower())
        )
        own = endpoint["properties"]
        self.copies += list(own.get("mirrorTraffic") or {})
        shares = {name: part for name, part in (own.get("traffic") or {}).items() if part}
        chosen = request.headers.get(_DEPLOYMENT) or next(iter(shares), "")
        deployment = self.arm.resources.get(f"{endpoint['id']}/deployments/{chosen}".lower())
        if deployment is None:
            return Answer(404, b"no deployment", {_DEPLOYMENT: chosen})
        environment = self.arm.resources[_place(deployment["properties"]["environmentId"])]
        answer = self._forward(environment["properties"]["image"], request)
        return Answer(answer.status, answer.body, answer.headers | {_DEPLOYMENT: chosen})

    def _forward(self, image: str, request: Request) -> Answer:
        if image in self.wrong:
            return self.wrong[image]
        asked = urllib.request.Request(f"{self.images[image]}/score", request.body)
        asked.add_header("Content-Type", request.headers["content-type"])
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(asked, timeout=30) as answered:
                return Answer(answered.status, answered.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read())


def _place(asset: Any) -> str:
    """Return the id of an asset in lower case, whichever way it is written."""
    return str(asset).removeprefix("azureml:").lower()
