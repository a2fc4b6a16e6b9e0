"""Azure Resource Manager: resources, kept as they were put, each checked by its SDK's model."""

import threading
import uuid
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from . import models
from .messages import Answer, Refused, Request
from .operations import Operations
from .router import Router
from .tokens import Tokens

HOST = "management.azure.com"
AUDIENCES = ("https://management.azure.com", "https://management.core.windows.net")

Resource = dict[str, Any]
Action = Callable[[Resource, Request], Answer]


@dataclass
class Kind:
    """A type of resource: the model of its bodies, and what happens besides.

    Attributes:
        model: The class, made when the first body comes: SDKs take seconds to import.
        on_put: Completes or refuses a resource before it is kept; None stands for a new one.
        on_delete: Refuses to remove one.
        slow: Makes and changes it as a long-running operation.
        actions: Answers to POST, by the last part of the path.
        lax: Places in a body that the services read, though the SDK's model has another type.
        acts_early: Lists and acts on what is not there yet.
        needs_parent: Refuses one whose parent is not there.
    """

    model: Callable[[], type]
    on_put: Callable[[Resource, Resource | None], None] | None = None
    on_get: Callable[[Resource], None] | None = None
    on_delete: Callable[[Resource], None] | None = None
    slow: bool = False
    actions: dict[str, Action] = field(default_factory=dict)
    lax: tuple[str, ...] = ()
    acts_early: bool = False
    needs_parent: bool = True


@dataclass
class Arm:
    """The resources, by id in lower case; and the kinds, by type in lower case."""

    tokens: Tokens
    kinds: dict[str, Kind] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    operations: Operations = field(default_factory=Operations)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def register(self, router: Router) -> None:
        """Answer for resources in resource groups."""
        self.operations.register(router)
        router.add("*", HOST, "/subscriptions/*/resourcegroups/*/providers/*", self.answer)
        router.add("*", HOST, "/subscriptions/*/resourcegroups/*", self.answer)

    def kind(self, name: str, kind: Kind) -> None:
        """Let there be resources of a type, e.g. `Microsoft.Storage/storageAccounts`."""
        self.kinds[name.lower()] = kind

    def put(self, place: str, **body: Any) -> Resource:
        """Keep a resource that was there before the test; its body isn't checked."""
        resource = {"id": place, "name": place.rsplit("/", 1)[1], "type": type_of(place), **body}
        self.resources[place.lower()] = resource
        return resource

    def below(self, collection: str) -> list[Resource]:
        """List the resources of a collection, in the order in which they were made."""
        prefix = f"{collection.lower()}/"
        return [
            resource
            for place, resource in self.resources.items()
            if place.startswith(prefix) and "/" not in place.removeprefix(prefix)
        ]

    def check(self, request: Request) -> None:
        """Refuse a request without a token for ARM, or without a version of the API.

        Raises:
            Refused: As ARM does.
        """
        self.tokens.check(request, *AUDIENCES)
        if "api-version" not in request.query:
            raise Refused(400, "MissingApiVersionParameter", "api-version is missing in the query.")

    def make(self, place: str, body: Any) -> None:
        """Make a resource as a deployment does, by the same checks as of a request."""
        with self.lock:
            self._keep(place, self._checked(place, body))

    def answer(self, request: Request) -> Answer:
        """Answer for a resource or a list of them."""
        self.check(request)
        with self.lock:
            if request.method == "POST":
                return self._act(request)
            return self._do(request)

    def _do(self, request: Request) -> Answer:
        if is_collection(request.path):
            if request.method != "GET":
                raise Refused(405, "MethodNotAllowed", f"{request.method} of a collection")
            kind = self.kinds.get(type_of(f"{request.path}/any").lower())
            if not kind or not kind.acts_early:
                self._found(request.path.rpartition("/")[0])
            return Answer(body={"value": self._shown_all(request)})
        method = {"GET": self._get, "PUT": self._put, "PATCH": self._patch, "DELETE": self._delete}
        if request.method == "HEAD":
            return Answer(204 if request.path.lower() in self.resources else 404)
        return method[request.method](request)

    def _shown_all(self, request: Request) -> list[Resource]:
        wanted = request.query.get("hash")  # of code, that the SDK sends once
        kept = (
            resource
            for resource in self.below(request.path)
            if not wanted
            or resource["properties"].get("properties", {}).get("hash_sha256") == wanted
        )
        return [self._shown(resource) for resource in kept]

    def _shown(self, resource: Resource) -> Resource:
        kind = self.kinds.get(type_of(resource["id"]).lower())
        if kind and kind.on_get:
            kind.on_get(resource)
        return deepcopy(resource)

    def _found(self, place: str) -> Resource:
        try:
            return self.resources[place.lower()]
        except KeyError:
            said = f"The Resource '{type_of(place)}/{place.rsplit('/', 1)[1]}' was not found."
            raise Refused(404, "ResourceNotFound", said) from None

    def _get(self, request: Request) -> Answer:
        return Answer(body=self._shown(self._found(request.path)))

    def _put(self, request: Request) -> Answer:
        body = self._checked(request.path, request.json())
        return self._keep(request.path, body)

    def _patch(self, request: Request) -> Answer:
        found = self._found(request.path)
        own = {key: value for key, value in found.items() if key not in ("id", "name", "type")}
        return self._keep(request.path, self._checked(request.path, merged(own, request.json())))

    def _keep(self, place: str, body: Resource) -> Answer:
        kind, before = self.kinds[type_of(place).lower()], self.resources.get(place.lower())
        if (
            kind.needs_parent
            and (parent := parent_of(place))
            and parent.lower() not in self.resources
        ):
            raise Refused(404, "ParentResourceNotFound", f"{parent} is not there.")
        shown = {"id": place, "name": place.rsplit("/", 1)[1], "type": type_of(place)}
        resource = body | shown
        if kind.on_put:
            kind.on_put(resource, before)
        if kind.slow:
            resource.setdefault("properties", {})["provisioningState"] = "Succeeded"
        self.resources[place.lower()] = resource
        status = 200 if before else 201
        if not kind.slow:
            return Answer(status, self._shown(resource))
        return self.operations.begin(resource, self._shown(resource), status)

    def _checked(self, place: str, body: Any) -> Resource:
        """Refuse a body that the SDK's model of its type would not parse, or would drop a part of.

        Raises:
            Refused: With what was found.
        """
        name = type_of(place).lower()
        if name not in self.kinds:
            raise Refused(404, "InvalidResourceType", f"The type {type_of(place)} is not known.")
        kind = self.kinds[name]
        found = models.findings(kind.model(), body)
        if wrong := [finding for finding in found if not finding.startswith(kind.lax)]:
            raise Refused(400, "InvalidRequestContent", "; ".join(wrong))
        return deepcopy(body)

    def _delete(self, request: Request) -> Answer:
        place = request.path.lower()
        found = self.resources.get(place)
        if not found:
            return Answer(204)
        kind = self.kinds.get(type_of(place))
        if kind and kind.on_delete:
            kind.on_delete(found)
        for key in [key for key in self.resources if key == place or key.startswith(f"{place}/")]:
            del self.resources[key]
        return self.operations.begin(found, None, 202) if kind and kind.slow else Answer(200)

    def _act(self, request: Request) -> Answer:
        place, _, action = request.path.rpartition("/")
        kind = self.kinds.get(type_of(place).lower())
        known = {name.lower(): act for name, act in kind.actions.items()} if kind else {}
        if action.lower() not in known:
            raise Refused(404, "NotFound", f"There is no action {action} of {type_of(place)}.")
        early = kind and kind.acts_early and place.lower() not in self.resources
        return known[action.lower()]({"id": place} if early else self._found(place), request)


def type_of(place: str) -> str:
    """Return the type of a resource by its id."""
    _, found, own = place.rpartition("/providers/")
    if not found:
        return "Microsoft.Resources/resourceGroups"
    namespace, *parts = own.split("/")
    return "/".join([namespace, *parts[::2]])


def is_collection(place: str) -> bool:
    """Return whether a path is the one of all resources of a type."""
    _, found, own = place.rpartition("/providers/")
    return bool(found) and len(own.split("/")) % 2 == 0


def parent_of(place: str) -> str:
    """Return the id of the resource or resource group that one is in; of a group, nothing."""
    head, found, own = place.rpartition("/providers/")
    if not found:
        return ""
    parts = own.split("/")
    return f"{head}/providers/{'/'.join(parts[:-2])}" if len(parts) > 3 else head


def merged(old: Any, new: Any) -> Any:
    """Merge as RFC 7386 says."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    kept = {key: value for key, value in old.items() if new.get(key, value) is not None}
    return kept | {k: merged(old.get(k), v) for k, v in new.items() if v is not None}


def new_id() -> str:
    """Make an id as the services make them."""
    return str(uuid.uuid4())
