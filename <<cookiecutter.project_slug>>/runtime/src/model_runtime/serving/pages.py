"""The API's description, its page and the web client; nothing comes from another host."""

from collections.abc import Awaitable, Callable, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute

from ..contract.problems import MEDIA_TYPE
from ..settings import Settings
from . import addresses
from .guard import secured
from .static import ContentFiles
from .swagger import Json, older

_ASSETS = "/docs/assets"
_ASK_AGAIN = {"cache-control": "no-cache"}
"""Another bundle has another description, and a proxy would keep for a while what says nothing."""

# All addresses are relative, for a proxy may show this below a prefix that the service never hears
# of: there, too, the page knows where the API is.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="{root}docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="{root}docs/assets/swagger-ui.css">
<link rel="stylesheet" href="{root}docs/page/page.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{root}docs/assets/swagger-ui-bundle.js"></script>
<script type="module" src="{root}docs/page/page.js"></script>
</body>
</html>
"""


def add(app: FastAPI, settings: Settings) -> None:
    """Add /openapi.json, /swagger.json, /docs, /api/docs, and the client at /, as settings say."""

    def openapi() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = described(settings, app.routes)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]

    if settings.serving.docs:
        _add_docs(app, settings.model.titled)
    if settings.serving.client:
        _add_client(app, settings.paths.client)


def _add_docs(app: FastAPI, title: str) -> None:
    async def page(request: Request) -> HTMLResponse:
        root = addresses.up(request.scope)
        return HTMLResponse(_PAGE.format(title=escape(title), root=root), headers=_ASK_AGAIN)

    assets = ContentFiles(directory=str(files("fastapi_swagger") / "resources"))
    app.mount(_ASSETS, assets)
    app.mount("/docs/page", _own("docs"))
    app.add_route("/openapi.json", _description(app, lambda found: found, []), methods=["GET"])
    app.add_route("/swagger.json", _description(app, older, [{"url": "/"}]), methods=["GET"])
    for path in ("/docs", "/api/docs"):
        app.add_route(path, page, methods=["GET"])


def _add_client(app: FastAPI, folder: Path) -> None:
    index = folder / "index.html"

    async def client(request: Request) -> Response:
        return pages.file_response(index, index.stat(), request.scope)

    async def to_client(request: Request) -> Response:
        root = addresses.up(request.scope)
        return RedirectResponse(f"{root}?{request.url.query}".rstrip("?"))

    if index.is_file():
        pages = ContentFiles(directory=folder)
        app.add_route("/", client, methods=["GET"])
        app.add_route("/client/index.html", to_client, methods=["GET"])
        app.mount("/client/page", _own("client"))
        app.mount("/client", pages)


def _own(page: str) -> ContentFiles:
    """Return the style and script of a page."""
    return ContentFiles(directory=Path(__file__).parent / "page_files" / page)


def _description(
    app: FastAPI, form: Callable[[Json], Json], servers: list[Json]
) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint with the description in a form; `servers` stand in it by default."""
    written = _Written(form)

    async def endpoint(request: Request) -> Response:
        content = written(app.openapi(), addresses.servers(request.scope) or servers)
        headers = {"vary": "X-Forwarded-Prefix", **_ASK_AGAIN}
        return Response(content, headers=headers, media_type="application/json")

    return endpoint


class _Written:
    """The description in a form of its own as JSON, written once: thousands of labels take long."""

    def __init__(self, form: Callable[[Json], Json]) -> None:
        self._form = form
        self._from: Json | None = None
        self._rest = b""

    def __call__(self, described: Json, servers: list[Json]) -> bytes:
        if described is not self._from:
            self._from = described
            self._rest = to_json(self._form(described)).removeprefix(b"{")
        found = b'"servers":' + to_json(servers) + b"," if servers else b""
        return b"{" + found + self._rest


def described(settings: Settings, routes: Sequence[BaseRoute], version: int = 0) -> Json:
    """Return the API's description (OpenAPI); version 0 stands for no model yet."""
    model, api_keys = settings.model, settings.serving.api_keys
    found = get_openapi(
        title=model.titled, version=str(version), description=model.description, routes=routes
    )
    for path in found["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    response["content"] = {MEDIA_TYPE: response["content"].pop("application/json")}
    return secured(found, api_keys.guard if api_keys.on else ())
