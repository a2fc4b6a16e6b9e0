"""The application: probes at once, the model's routes when it is loaded."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from types import ModuleType

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..contract.problems import Refusal
from ..contract.routes import PATHS
from ..settings import Serving, Settings, read_settings
from . import addresses, admin, pages, probes
from .access_log import AccessLog
from .account import Account
from .admission import Admission
from .cross_origin import CrossOrigin
from .guard import guard
from .keys import Keys
from .metrics import Metrics
from .observe import Observe
from .promises import early_dispatch
from .reload import Reloader
from .reply import problem
from .routes import unready_routes
from .standard_streams import count_dropped, end
from .state import State

_MOST_CHARACTERS = 200
"""Of an unknown path, in the answer."""

_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "auto_configure": False,
}
"""FastAPI's own would begin where a variable, or a library, sets OpenTelemetry up."""


def create_app(settings: Settings | None = None, state: State | None = None) -> FastAPI:
    """Return the service.

    A service of one worker answers before its bundle is loaded, for liveness probes.
    One of several workers starts up, and so listens, when it has loaded its bundle.

    Args:
        settings: Those of config.yaml and the environment by default.
        state: The worker's place, and what it serves.

    Raises:
        ProjectError: config.yaml does not fit.
    """
    settings = settings or read_settings()
    serving, state, metrics = settings.serving, state or State(), Metrics()
    account = Account(metrics, AccessLog(settings.log) if settings.log.access else None)
    keys, paths = Keys(serving.api_keys), _paths(serving)
    metrics.expect(paths)
    admission = Admission(serving.max_in_flight, metrics)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        count_dropped(metrics.dropped)
        running = asyncio.create_task(reloader.run())
        if state.place.one_of_several:
            await reloader.tried.wait()
            if state.place.follows and not state.served:
                end(1)  # others answer; the supervisor tries again
        with telemetry.sending() if telemetry else nullcontext():
            yield
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        reloader.close()
        account.close()

    telemetry = _telemetry(settings, metrics)
    app = FastAPI(
        title=settings.model.name,
        description=settings.model.description,
        openapi_url=None,
        # It redirects to the scheme and host that it sees, which behind a proxy are wrong.
        redirect_slashes=False,
        lifespan=lifespan,
        telemetry=telemetry.CONFIG if telemetry else _NO_TELEMETRY,
        exception_handlers={Refusal: _refused, HTTPException: _no_such_route},
    )
    reloader = Reloader(app, settings, state, metrics, admission)
    app.state.reload, app.state.tried = reloader.reload, reloader.tried
    app.state.keys = keys
    addresses.add(app, serving.root_path)
    app.add_middleware(Observe, account=account, state=state)
    if telemetry:
        app.add_middleware(telemetry.TracedIds)
    if origins := serving.cors_origins:
        # Outermost, so that pages can read failures, too.
        app.add_middleware(CrossOrigin, origins=origins)
    probes.add(app, state, account)
    pages.add(app, settings)
    if token := serving.admin_token:
        admin.add(app, reloader, token)
    app.state.early = None
    if not telemetry:  # which FastAPI puts around the application
        app.state.early = early_dispatch(app, state, account, admission, keys, serving.root_path)
    app.state.fixed = list(app.router.routes)
    app.router.routes[:0] = unready_routes(paths, lambda: state.reason)
    guard(app.router.routes, keys)
    return app


def _paths(serving: Serving) -> tuple[str, ...]:
    """Return the paths of the routes that ask the model."""
    if not serving.explain:
        return PATHS
    from ..explanation.route import Explain

    return (*PATHS, Explain.path)


def _telemetry(settings: Settings, metrics: Metrics) -> ModuleType | None:
    """Start OpenTelemetry where it is wanted, and import it only there."""
    if settings.serving.telemetry == "none":
        return None
    from . import telemetry

    telemetry.start(settings, metrics)
    return telemetry


async def _refused(request: Request, refusal: Refusal) -> Response:
    """Answer a request that any route refuses."""
    return problem(refusal, request.scope["request_id"])


async def _no_such_route(request: Request, error: HTTPException) -> Response:
    """Answer a request for another path (404), or by another method (405)."""
    headers = dict(error.headers or {})
    if "Allow" in headers:
        methods = set(headers["Allow"].split(", "))
        headers["Allow"] = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
    detail = f"{error.detail}: {request.scope['path'][:_MOST_CHARACTERS]}"
    return await _refused(
        request, Refusal(error.status_code, error.detail, detail, headers=headers)
    )
