"""Addresses as callers write them: below a proxy's prefix, or with a slash at their end."""

import re
from collections.abc import Iterator

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

# Ends up in what others' tools take for an address: never another host's (//host).
_PREFIX = re.compile(rb"(/[A-Za-z0-9._~-]+)+")


def add(app: FastAPI, root_path: str) -> None:
    """Answer below a prefix, stripped by the proxy or not, and `/path/` as `/path`."""
    if root_path:
        app.add_middleware(Below, root_path=root_path)

    async def otherwise(scope: Scope, receive: Receive, send: Send) -> None:
        for reading in _other_readings(scope):
            if any(route.matches(reading)[0] is not Match.NONE for route in app.routes):
                scope.update(reading)
                await app.router.app(scope, receive, send)
                return
        if root_path and scope["path"] == root_path:
            # The page's own links are relative, and so is this: the scheme is the proxy's affair.
            last, query = root_path.rpartition("/")[2], scope["query_string"].decode("latin-1")
            answer = RedirectResponse(f"{last}/?{query}".rstrip("?"))
            await answer(scope, receive, send)
            return
        raise HTTPException(404)

    app.router.default = otherwise


class Below:
    """ASGI middleware. Tells the router of a prefix, as ASGI has it: part of each path."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        """Wrap an application."""
        self._app, self._root_path = app, root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the prefix where a proxy has stripped it."""
        if scope["type"] == "http":
            prefix, path = self._root_path, scope["path"]
            scope["root_path"] = prefix
            scope["stripped"] = path != prefix and not path.startswith(f"{prefix}/")
            if scope["stripped"]:
                scope["path"] = prefix + path
        await self._app(scope, receive, send)


def _other_readings(scope: Scope) -> Iterator[Scope]:
    """Yield the request as it may be meant where no route has its path."""
    path, prefix = scope["path"], scope.get("root_path", "")
    # The prefix may be the beginning of a path of ours, like /api, and be stripped.
    paths = [path] if scope.get("stripped", True) else [path, prefix + path]
    for each in paths:
        if each != path:
            yield {**scope, "path": each}
        if each.endswith("/"):
            yield {**scope, "path": each[:-1], "slash": True}


def up(scope: Scope) -> str:
    """Return the way from a page to the service's own root, relative as proxies need it."""
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return "../" * (path.count("/") - 1 + ("slash" in scope))


def servers(scope: Scope) -> list[dict[str, str]]:
    """Return OpenAPI's `servers`: the prefix by config.yaml or by the proxy, if there is one."""
    prefix = scope.get("root_path", "")
    for name, value in scope["headers"]:
        if not prefix and name == b"x-forwarded-prefix" and _PREFIX.fullmatch(value.rstrip(b"/")):
            prefix = value.decode("ascii").rstrip("/")
    return [{"url": prefix}] if prefix else []
