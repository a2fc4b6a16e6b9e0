"""The prediction routes: documented by FastAPI, answered without its request machinery."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..bundle.metadata import Metadata
from .answers import Operation
from .body import read_body
from .predictor import Predictor
from .problems import Problem, Refusal
from .reply import reply

PATHS = ("/api/predict", "/api/predictions", "/api/proba_predictions", "/score")

_CROWDED = Refusal(503, "Too many connections", "All are being answered; try again in a moment.")
_SOON = (b"retry-after", b"1")

_VERSION = {
    "x-model-version": {
        "description": "The version of the model that answers",
        "schema": {"type": "integer"},
    }
}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body is not JSON in UTF-8, or damaged"},
    413: {"model": Problem, "description": "The body is too large"},
    415: {
        "model": Problem,
        "description": "By its headers, the body is not JSON in UTF-8 that can be read",
    },
    422: {"model": Problem, "description": "A value does not fit, with field and reason"},
    503: {"model": Problem, "description": "Nothing is served yet, or there is no room"},
}


class DirectRoute(APIRoute):
    """A route whose documentation is FastAPI's and whose answer is an ASGI application's own.

    FastAPI's dependency solving and response validation cost more than a compiled model's
    prediction; the application validates the request by the very type that is documented.
    """

    def __init__(self, path: str, documented: Callable[..., Any], app: ASGIApp, **about: Any):
        """Route to an application what is documented by a function's signature."""
        super().__init__(path, documented, **about)
        self.app = app


def prediction_route(
    operation: Operation, predictor: Predictor, most_bytes: int, metadata: Metadata
) -> DirectRoute:
    """Return the route of an operation.

    Args:
        operation: What is asked and answered.
        predictor: Who answers.
        most_bytes: Longest body.
        metadata: The model's: its version is in each answer, its self-test in the documentation.
    """
    version = [(b"x-model-version", str(metadata.version).encode())]
    asked = {"examples": {"example": {"value": operation.example}}}
    answered = {"example": operation.answer(np.array([metadata.self_test.outputs]))}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request_id = scope["request_id"]
        if "crowded" in scope.get("state", ()):
            await reply(send, 503, _CROWDED.body(request_id), [*version, _SOON])
            return
        try:
            body = await read_body(scope, receive, most_bytes)
            answer = await predictor.answer(operation, body, request_id)
        except Refusal as refusal:
            headers = [*version, *refusal.headers]
            await reply(send, refusal.status, refusal.body(request_id), headers)
        else:
            await reply(send, 200, answer, version)

    return DirectRoute(
        operation.path,
        _documented(operation),
        app,
        methods=["POST"],
        summary=operation.summary,
        description=operation.description,
        response_model=operation.response,
        responses={
            200: {"content": {"application/json": answered}, "headers": _VERSION},
            **_PROBLEMS,
        },
        openapi_extra={"requestBody": {"content": {"application/json": asked}}},
        tags=["predictions"],
    )


def unready_routes(reason: Callable[[], str]) -> list[BaseRoute]:
    """Return routes that say why there is no prediction yet."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        refusal = Refusal(503, "Not ready", reason())
        headers = [(b"retry-after", b"5")]
        await reply(send, 503, refusal.body(scope["request_id"]), headers)

    return [
        *(_plain(path, app, "POST") for path in PATHS),
        _plain("/api/predict/params", app, "GET"),
    ]


def _plain(path: str, app: ASGIApp, method: str) -> Route:
    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = route  # as FastAPI's own routes do, for the metrics
        await app(scope, receive, send)

    route = Route(path, lambda request: None, methods=[method])
    route.app = named
    return route


def _documented(operation: Operation) -> Callable[..., Any]:
    def endpoint(body: Any) -> Any:
        """Stand for the request's type; `DirectRoute` answers in its place."""

    parameter = inspect.Parameter(
        "body",
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        annotation=operation.request,
    )
    endpoint.__name__ = operation.path.strip("/").replace("/", "_")
    endpoint.__signature__ = inspect.Signature([parameter])  # type: ignore[attr-defined]
    return endpoint
