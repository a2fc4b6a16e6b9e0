"""The service as an app of Azure Functions, whose host calls `answer` for each request.

`make azure-function` puts it beside the bundle, the settings and the libraries, in build/function/.
"""

import asyncio
import os
from pathlib import Path

import azure.functions as func
from azure.functions.decorators.http import HttpMethod
from fastapi import FastAPI

# Settings, bundle and pages are found from here; the host starts elsewhere.
os.chdir(Path(__file__).parent)

from model_runtime.errors import ProjectError  # noqa: E402
from model_runtime.project import project  # noqa: E402
from model_runtime.serving.app import create_app  # noqa: E402
from model_runtime.serving.prediction_log import demand_complete  # noqa: E402
from model_runtime.serving.telemetry_needs import demand_telemetry  # noqa: E402
from model_runtime.settings import read_settings  # noqa: E402

_LEVEL = "FUNCTION_AUTH_LEVEL"
"""The app setting that says which of the host's keys a request needs."""

_FOLDERS = {"BUNDLE": "model_bin", "CLIENT": "client"}
"""Folders of the settings, by the names that they have beside this file."""


class Service(func.AsgiMiddleware):
    """The application behind Azure's adapter; the first requests wait for its model."""

    def __init__(self, app: FastAPI) -> None:
        """Wrap the application."""
        super().__init__(app)  # type: ignore[no-untyped-call]
        self._tried: asyncio.Event = app.state.tried
        self._startup: asyncio.Task[bool] | None = None

    async def answer(self, request: func.HttpRequest, context: func.Context) -> func.HttpResponse:
        """Answer a request, when the application has started.

        Raises:
            RuntimeError: It did not start.
        """
        # Once; two first requests at a time make AsgiFunctionApp start it twice.
        self._startup = self._startup or asyncio.create_task(self.notify_startup())  # type: ignore[no-untyped-call]
        if not await asyncio.shield(self._startup):
            raise RuntimeError("The service did not start; the log before this line says why.")
        await self._tried.wait()
        answered: func.HttpResponse = await self.handle_async(request, context)
        return answered


def level() -> func.AuthLevel:
    """Return the keys that the host demands: of the function, of the host, or none.

    Raises:
        ProjectError: The app setting has another word.
    """
    said = os.environ.get(_LEVEL, "function")
    try:
        return func.AuthLevel(said.lower())
    except ValueError as error:
        known = ", ".join(each.value for each in func.AuthLevel)
        raise ProjectError(f"The app setting {_LEVEL} is '{said}'; set one of {known}.") from error


def service() -> Service:
    """Return the service of the bundle beside this file.

    Raises:
        ProjectError: The settings don't fit.
    """
    for name, folder in _FOLDERS.items():
        os.environ[f"{project().prefix}PATHS__{name}"] = folder
    settings = read_settings()
    demand_complete(settings.log)
    demand_telemetry(settings.serving.telemetry)
    return Service(create_app(settings))


app = func.FunctionApp(http_auth_level=level())
_service = service()


@app.function_name("service")
@app.http_type("asgi")
@app.route(route="/{*route}", methods=list(HttpMethod))
async def answer(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Answer a request, whatever its method and path."""
    return await _service.answer(req, context)
