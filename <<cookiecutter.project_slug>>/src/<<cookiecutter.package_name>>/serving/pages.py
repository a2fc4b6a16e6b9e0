"""The API's description, its page and the web client; nothing comes from another host."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from ..settings import Model, Settings
from .problems import MEDIA_TYPE
from .swagger import Swagger

_ASSETS = "/docs/assets"


def add(app: FastAPI, settings: Settings) -> None:
    """Add /openapi.json, /swagger.json, /docs, /api/docs and the client at /."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = described(settings.model, app.routes)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]

    written = _Written()

    async def description(request: Request) -> Response:
        return Response(written(app.openapi()), media_type="application/json")

    converted = Swagger()

    async def swagger(request: Request) -> Response:
        servers = [{"url": request.scope.get("root_path") or "/"}]
        return Response(converted(app.openapi(), servers), media_type="application/json")

    async def page(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "")
        return get_swagger_ui_html(
            openapi_url=f"{root}/openapi.json",
            title=settings.model.name,
            swagger_js_url=f"{root}{_ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{_ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{root}{_ASSETS}/favicon-32x32.png",
            swagger_ui_parameters={"tryItOutEnabled": True},
        )

    index = settings.paths.client / "index.html"

    async def client(request: Request) -> Response:
        return FileResponse(index)

    async def to_client(request: Request) -> Response:
        # Relative, for a proxy may serve this below a prefix.
        return RedirectResponse(f"../?{request.url.query}".rstrip("?"))

    assets = StaticFiles(directory=str(files("fastapi_swagger") / "resources"))
    app.mount(_ASSETS, assets)
    app.add_route("/openapi.json", description, methods=["GET"])
    app.add_route("/swagger.json", swagger, methods=["GET"])
    for path in ("/docs", "/api/docs"):
        app.add_route(path, page, methods=["GET"])
    if index.is_file():
        app.add_route("/", client, methods=["GET"])
        app.add_route("/client/index.html", to_client, methods=["GET"])
        app.mount("/client", StaticFiles(directory=settings.paths.client))


class _Written:
    """JSON of what seldom changes, written once: thousands of labels take long."""

    def __init__(self) -> None:
        self._value: dict[str, Any] = {}
        self._json = b"{}"

    def __call__(self, value: dict[str, Any]) -> bytes:
        if value is not self._value:
            self._value, self._json = value, to_json(value)
        return self._json


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
