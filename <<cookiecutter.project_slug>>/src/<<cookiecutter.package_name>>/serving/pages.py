"""The API's description, its page and the web client; nothing comes from another host."""

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from ..settings import Model, Settings
from . import addresses
from .problems import MEDIA_TYPE

_ASSETS = "/docs/assets"

# All addresses are relative, for a proxy may show this below a prefix that the service never hears
# of: there, too, the page knows where the API is.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="{root}docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="{root}docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{root}docs/assets/swagger-ui-bundle.js"></script>
<script>
const address = new URL("{root}openapi.json", location);
fetch("{root}openapi.json").then((answer) => answer.json()).then((described) => SwaggerUIBundle({{
  spec: {{ servers: [{{ url: new URL(".", address).href }}], ...described }},
  dom_id: "#swagger-ui", layout: "BaseLayout", deepLinking: true, tryItOutEnabled: true,
  showExtensions: true, showCommonExtensions: true,
}}));
</script>
</body>
</html>
"""


def add(app: FastAPI, settings: Settings) -> None:
    """Add /openapi.json, /swagger.json, /docs, /api/docs and the client at /."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = described(settings.model, app.routes)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]

    async def description(request: Request) -> Response:
        servers = addresses.servers(request.scope)
        content = app.openapi() | ({"servers": servers} if servers else {})
        return JSONResponse(content, headers={"vary": "X-Forwarded-Prefix"})

    async def page(request: Request) -> HTMLResponse:
        root = addresses.up(request.scope)
        return HTMLResponse(_PAGE.format(title=escape(settings.model.name), root=root))

    index = settings.paths.client / "index.html"

    async def client(request: Request) -> Response:
        return FileResponse(index)

    async def to_client(request: Request) -> Response:
        root = addresses.up(request.scope)
        return RedirectResponse(f"{root}?{request.url.query}".rstrip("?"))

    assets = StaticFiles(directory=str(files("fastapi_swagger") / "resources"))
    app.mount(_ASSETS, assets)
    for path in ("/openapi.json", "/swagger.json"):
        app.add_route(path, description, methods=["GET"])
    for path in ("/docs", "/api/docs"):
        app.add_route(path, page, methods=["GET"])
    if index.is_file():
        app.add_route("/", client, methods=["GET"])
        app.add_route("/client/index.html", to_client, methods=["GET"])
        app.mount("/client", StaticFiles(directory=settings.paths.client))


def described(model: Model, routes: Sequence[BaseRoute], version: int = 0) -> dict[str, Any]:
    """Return the API's description (OpenAPI); version 0 stands for no model yet."""
    found = get_openapi(
        title=model.name, version=str(version), description=model.description, routes=routes
    )
    for path in found["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    response["content"] = {MEDIA_TYPE: response["content"].pop("application/json")}
    return found
