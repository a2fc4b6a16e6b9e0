"""Long-running operations: a status that is in progress once, and then what came of it."""

import uuid
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from .messages import Answer, Refused, Request
from .router import Router

_HOST = "management.azure.com"


@dataclass
class _Operation:
    resource: dict[str, Any]
    asked: int = 0


@dataclass
class Operations:
    """The operations, by id.

    Attributes:
        failures: What the next operations on resources fail with, by a part of the resource's id.
    """

    failures: dict[str, tuple[str, str]] = field(default_factory=dict)
    running: dict[str, _Operation] = field(default_factory=dict)

    def register(self, router: Router) -> None:
        """Answer for their status."""
        place = "/subscriptions/*/providers/*/locations/*/operationstatuses/*"
        router.add("GET", _HOST, place, self._status)

    def begin(self, resource: dict[str, Any], body: Any, status: int) -> Answer:
        """Answer as for work that goes on."""
        number = str(uuid.uuid4())
        self.running[number] = _Operation(resource)
        subscription = resource["id"].split("/")[2]
        place = "providers/Microsoft.Resources/locations/westeurope/operationStatuses"
        url = (
            f"https://{_HOST}/subscriptions/{subscription}/{place}/{number}?api-version=2024-01-01"
        )
        shown = deepcopy(body)
        if shown is not None:
            shown["properties"]["provisioningState"] = "Creating"
        headers = {"Azure-AsyncOperation": url, "Retry-After-Ms": "1"}
        if shown is None:
            headers["Location"] = url
        return Answer(status, shown, headers)

    def _status(self, request: Request) -> Answer:
        number = request.path.rsplit("/", 1)[1]
        if number not in self.running:
            raise Refused(404, "NotFound", f"There is no operation {number}.")
        operation = self.running[number]
        operation.asked += 1
        if operation.asked < 2:
            return Answer(body={"status": "InProgress"}, headers={"Retry-After-Ms": "1"})
        for part, (code, message) in self.failures.items():
            if part.lower() in operation.resource["id"].lower():
                operation.resource["properties"]["provisioningState"] = "Failed"
                return Answer(
                    body={"status": "Failed", "error": {"code": code, "message": message}}
                )
        return Answer(body={"status": "Succeeded"})
