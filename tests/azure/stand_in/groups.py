"""Resource groups, what is in them, and vaults that were deleted."""

from typing import Any

from .arm import HOST, Arm, Resource
from .messages import Answer, Refused, Request
from .router import Router


class Groups:
    """The resource groups of the subscription; each is removed as a long-running operation."""

    def __init__(self, arm: Arm) -> None:
        """Keep them in ARM."""
        self.arm = arm
        self.deleted_vaults: list[dict[str, Any]] = []

    def register(self, router: Router) -> None:
        """Answer before ARM does for resources."""
        router.add("*", HOST, "/subscriptions/*/resourcegroups/*", self._answer)
        vaults = "/subscriptions/*/providers/microsoft.keyvault/deletedvaults"
        router.add("GET", HOST, vaults, self._deleted_vaults)

    def _answer(self, request: Request) -> Answer:
        parts = request.path.strip("/").split("/")
        if len(parts) == 5 and parts[4] == "resources":
            return self._checked(request) or Answer(body={"value": self._inside(request)})
        if len(parts) != 4 or request.method not in ("PUT", "DELETE"):
            return self.arm.answer(request)
        return self._checked(request) or (
            self._put(request) if request.method == "PUT" else self._delete(request)
        )

    def _checked(self, request: Request) -> Answer | None:
        self.arm.check(request)
        return None

    def _put(self, request: Request) -> Answer:
        body = request.json()
        if unknown := {*body} - {"location", "tags"}:
            raise Refused(400, "InvalidRequestContent", f"{sorted(unknown)} of a resource group")
        before = self.arm.resources.get(request.path.lower())
        if before and before["location"] != body["location"]:
            raise Refused(409, "InvalidResourceGroupLocation", f"It is in {before['location']}.")
        made = self.arm.put(request.path, properties={"provisioningState": "Succeeded"}, **body)
        return Answer(200 if before else 201, made)

    def _delete(self, request: Request) -> Answer:
        place = request.path.lower()
        if not (found := self.arm.resources.pop(place, None)):
            raise Refused(404, "ResourceGroupNotFound", f"{request.path} could not be found.")
        inside = [each for each in self.arm.resources if each.startswith(f"{place}/")]
        for each in inside:
            del self.arm.resources[each]
        return self.arm.operations.begin(found, None, 202)

    def _inside(self, request: Request) -> list[Resource]:
        """List the group's own resources: those that have a place and a name of their own."""
        beginning = f"{request.path.rpartition('/')[0].lower()}/"
        return [
            each
            for place, each in self.arm.resources.items()
            if place.startswith(beginning) and "location" in each
        ]

    def _deleted_vaults(self, request: Request) -> Answer:
        self.arm.check(request)
        return Answer(body={"value": [{"properties": each} for each in self.deleted_vaults]})
