"""Azure Resource Manager: resources by their ids, deployments of templates, and their ends."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from model_runtime.errors import ProjectError

from .cloud import MANAGEMENT, credential
from .settings import Azure

if TYPE_CHECKING:
    from azure.core.rest import HttpResponse
    from azure.mgmt.resource.deployments import DeploymentsMgmtClient

EVERY_S = 5.0
"""Seconds between two looks at what goes on, where Azure says no other number."""

GROUPS = "2021-04-01"
"""The version of the API of resource groups and their lists."""

Resource = dict[str, Any]


class Arm:
    """Azure Resource Manager, as one subscription's; retries and waits are its client's."""

    def __init__(self, client: "DeploymentsMgmtClient") -> None:
        """Ask by a client."""
        self.client = client

    def get(self, place: str, version: str) -> Resource | None:
        """Return a resource; None where it isn't there."""
        found = self._send("GET", place, version, allowed=(404,))
        return None if found.status_code == 404 else self._object(found)

    def put(self, place: str, version: str, body: Resource) -> Resource:
        """Make a resource, or replace it."""
        return self._object(self._send("PUT", place, version, body))

    def patch(self, place: str, version: str, body: Resource) -> None:
        """Change a part of a resource (RFC 7386), and wait until it is changed.

        Raises:
            ProjectError: Azure has begun it, and failed.
        """
        self._send("PATCH", place, version, body)
        state = self.settled(place, version)["properties"].get("provisioningState")
        if state in ("Failed", "Canceled"):
            raise ProjectError(f"{place.rpartition('/')[2]} could not be changed: {state}.")

    def post(self, place: str, version: str) -> Resource:
        """Ask for an action."""
        response = self._send("POST", place, version)
        return self._object(response) if response.content else {}

    def delete(self, place: str, version: str, option: str = "") -> None:
        """Remove a resource, and wait until it is gone.

        Args:
            place: Its id.
            version: Of the API.
            option: A further part of the query.
        """
        asked = f"{place}?{option}" if option else place
        response = self._send("DELETE", asked, version, allowed=(404,))
        while response.status_code == 202:
            _pause(response)
            if self.get(place, version) is None:
                return
            response = self._again(response)

    def listed(self, place: str, version: str) -> Iterator[Resource]:
        """Yield all of a list, page by page."""
        page = self._object(self._send("GET", place, version))
        while True:
            yield from page["value"]
            if not page.get("nextLink"):
                return
            page = self._object(self._at("GET", page["nextLink"]))

    def settled(self, place: str, version: str) -> Resource:
        """Wait until a resource is no longer being made or changed, and return it."""

        def is_settled(resource: Resource) -> bool:
            state = resource.get("properties", {}).get("provisioningState", "Succeeded")
            return state in ("Succeeded", "Failed", "Canceled", "Provisioned")

        return self.until(place, version, is_settled)

    def until(
        self, place: str, version: str, holds: Callable[[Resource], bool], seconds: float = 3_600
    ) -> Resource:
        """Look at a resource until something holds, or time is up, and return it as it is then."""
        end = time.monotonic() + seconds
        while True:
            response = self._send("GET", place, version)
            found = self._object(response)
            if holds(found) or time.monotonic() >= end:
                return found
            _pause(response)

    def _send(
        self,
        method: str,
        place: str,
        version: str,
        body: Resource | None = None,
        allowed: tuple[int, ...] = (),
    ) -> "HttpResponse":
        url = f"{MANAGEMENT}{place}{'&' if '?' in place else '?'}api-version={version}"
        return self._at(method, url, body, allowed)

    def _at(
        self, method: str, url: str, body: Resource | None = None, allowed: tuple[int, ...] = ()
    ) -> "HttpResponse":
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest
        from azure.mgmt.core.exceptions import ARMErrorFormat

        response = self.client.send_request(HttpRequest(method, url, json=body))
        if response.status_code >= 400 and response.status_code not in allowed:
            raise HttpResponseError(response=response, error_format=ARMErrorFormat)
        return response

    def _again(self, response: "HttpResponse") -> "HttpResponse":
        """Ask for the outcome of what goes on, where its answer says."""
        where = response.headers.get("Location")
        return self._at("GET", where, allowed=(404,)) if where else response

    @staticmethod
    def _object(response: "HttpResponse") -> Resource:
        found: Resource = response.json()
        return found


@contextmanager
def resource_manager(azure: Azure) -> Iterator[Arm]:
    """Yield the way to the subscription's Azure Resource Manager."""
    from azure.mgmt.resource.deployments import DeploymentsMgmtClient

    proof = credential()
    with DeploymentsMgmtClient(proof, azure.subscription, polling_interval=EVERY_S) as client:
        yield Arm(client)


def _pause(response: "HttpResponse") -> None:
    """Wait as long as an answer asks, or else as usual."""
    headers = response.headers
    if wanted := headers.get("Retry-After-Ms"):
        time.sleep(float(wanted) / 1_000)
    else:
        time.sleep(float(headers.get("Retry-After", EVERY_S)))
