"""The application: probes at once, the model's routes when it is loaded."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from ..settings import Settings, read_settings
from . import pages, probes
from .answers import operations
from .metrics import Metrics
from .observe import Observe
from .problems import MEDIA_TYPE, Refusal
from .routes import prediction_route, unready_routes
from .state import Served, State

log = logging.getLogger("uvicorn.error")


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the service; it loads its bundle after it has begun to answer.

    Raises:
        ProjectError: config.yaml does not fit.
    """
    settings = settings or read_settings()
    state, metrics = State(), Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        loading = asyncio.create_task(_load(app, settings, state, metrics))
        yield
        await loading
        if state.served and state.served.log:
            state.served.log.flush()

    app = FastAPI(
        title=settings.model.name,
        description=settings.model.description,
        openapi_url=None,
        lifespan=lifespan,
        exception_handlers={HTTPException: _problem},
    )
    app.add_middleware(Observe, metrics=metrics)
    _allow_origins(app, settings.serving.cors_origins)
    probes.add(app, state, metrics)
    pages.add(app, settings)
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
            expose_headers=["x-request-id"],
        )


async def _load(app: FastAPI, settings: Settings, state: State, metrics: Metrics) -> None:
    served = await asyncio.to_thread(state.load, settings, metrics)
    if served is None:
        return
    _serve(app, served, settings)
    state.served = served
    metadata = served.bundle.metadata
    log.info(
        "Ready: %s, version %d, engine %s. Its page is /docs.",
        metadata.name,
        metadata.version,
        metadata.engine,
    )


def _serve(app: FastAPI, served: Served, settings: Settings) -> None:
    """Put the model's routes in front; requests under way keep those they came by."""
    serving, bundle = settings.serving, served.bundle
    outputs = bundle.metadata.self_test.outputs
    app.router.routes[:] = [
        *(
            prediction_route(operation, served.predictor, serving.max_body_bytes, outputs)
            for operation in operations(bundle.schema, serving.max_rows)
        ),
        probes.params_route(bundle.schema),
        *app.state.fixed,
    ]
    app.version = str(bundle.metadata.version)
    app.openapi_schema = None


async def _problem(request: Request, error: HTTPException) -> Response:
    refusal = Refusal(error.status_code, error.detail, f"{error.detail}: {request.url.path}")
    body = refusal.body(request.scope["request_id"])
    return Response(body, error.status_code, error.headers, MEDIA_TYPE)
