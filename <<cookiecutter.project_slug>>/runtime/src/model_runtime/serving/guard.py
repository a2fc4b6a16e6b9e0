"""API keys around the routes, and in the API's description."""

from collections.abc import Collection, Iterable
from typing import Any

from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..api_key import HEADER
from ..settings.types import RouteGroup
from .keys import Keys, no_key, too_many
from .refused import answer
from .reply import problem

OPEN = {
    *("/livez", "/readyz", "/ping"),
    "/admin/reload",  # has a token of its own
    # Pages: the same for everyone, without a word about the model but its name.
    *(
        "/docs",
        "/api/docs",
        "/docs/assets",
        "/docs/page",
        "/",
        "/client",
        "/client/page",
        "/client/index.html",
    ),
}
"""Paths of routes that never ask for a key."""

_GROUPS: dict[str, RouteGroup] = {
    "/api/info": "info",
    "/api/predict/params": "info",
    "/metrics": "metrics",
    "/openapi.json": "docs",
    "/swagger.json": "docs",
}


def group_of(path: str) -> RouteGroup | None:
    """Return the group of a route by its path, None for an open one; what is unknown is closed."""
    return None if path in OPEN else _GROUPS.get(path, "predictions")


class Guarded:
    """ASGI middleware around one route: it answers who may ask it, however its path was written."""

    def __init__(self, app: ASGIApp, keys: Keys, group: RouteGroup) -> None:
        """Wrap a route's application."""
        self._app, self._keys, self._group = app, keys, group

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        app: ASGIApp = self._app
        if refusal := self._keys.refusal(scope["headers"], self._group):
            app = problem(refusal, scope["request_id"])
        await app(scope, receive, send)


def guard(routes: Iterable[BaseRoute], keys: Keys) -> None:
    """Put the keys around each of an application's routes that asks for one."""
    for route in routes:
        if not isinstance(route, (Route, Mount)):
            raise TypeError(f"{route!r} is of a kind that keys can't be put around")
        group = group_of(route.path)
        if group and keys.guards(group) and not isinstance(route.app, Guarded):
            route.app = Guarded(route.app, keys, group)


_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key"},
    "header": {"type": "apiKey", "in": "header", "name": HEADER},
}
_ANSWERS = {
    "401": answer("The API key is missing or not valid", no_key()),
    "429": answer("The key's requests of this time are used up", too_many("website", 10, 20, 1)),
}


def secured(described: dict[str, Any], guarded: Collection[str]) -> dict[str, Any]:
    """Say in the API's description (OpenAPI) which operations ask for a key, and how to send it."""
    for path, operations in described["paths"].items():
        if group_of(path) in guarded:
            for operation in operations.values():
                operation["security"] = [{name: []} for name in _SCHEMES]
                operation["responses"] |= _ANSWERS
    if guarded:
        described["components"]["securitySchemes"] = _SCHEMES
    return described
