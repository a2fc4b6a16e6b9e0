"""The application: probes at once, the model's routes when it is loaded."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from ..settings import Settings, read_settings
from . import admin, pages, probes
from .drain import draining
from .metrics import Metrics
from .observe import Observe
from .problems import MEDIA_TYPE, Refusal
from .reload import Reloader
from .routes import PATHS, unready_routes
from .state import State


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the service; it loads its bundle after it has begun to answer.

    Raises:
        ProjectError: config.yaml does not fit.
    """
    settings = settings or read_settings()
    state, metrics = State(), Metrics()
    metrics.expect(PATHS)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        running = asyncio.create_task(reloader.run())
        with draining(state, settings.serving.drain_seconds):
            yield
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        reloader.close()

    app = FastAPI(
        title=settings.model.name,
        description=settings.model.description,
        openapi_url=None,
        lifespan=lifespan,
        exception_handlers={HTTPException: _problem},
    )
    reloader = Reloader(app, settings, state, metrics)
    app.add_middleware(Observe, metrics=metrics, state=state)
    _allow_origins(app, settings.serving.cors_origins)
    probes.add(app, state, metrics)
    pages.add(app, settings)
    if token := settings.serving.admin_token:
        admin.add(app, reloader, token)
    app.state.fixed = list(app.router.routes)
    app.router.routes[:0] = unready_routes(lambda: state.reason)
    return app


def _allow_origins(app: FastAPI, origins: tuple[str, ...]) -> None:
    """Let pages of these origins ask; outermost, so that they can read failures, too."""
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["content-type", "x-request-id"],
            expose_headers=["x-request-id", "x-model-version"],
        )


async def _problem(request: Request, error: HTTPException) -> Response:
    refusal = Refusal(error.status_code, error.detail, f"{error.detail}: {request.url.path}")
    body = refusal.body(request.scope["request_id"])
    return Response(body, error.status_code, error.headers, MEDIA_TYPE)
