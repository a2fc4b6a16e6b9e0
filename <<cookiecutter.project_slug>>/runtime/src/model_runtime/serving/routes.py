"""The prediction routes: documented by FastAPI, answered without its request machinery."""

import inspect
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..contract.problems import Refusal
from ..contract.route import PredictionRoute
from .admission import Admission
from .body import read_body
from .leaving import as_long_as_there
from .refused import problems
from .reply import not_ready, problem, reply

Answering = Callable[[bytes, str, float], Coroutine[Any, Any, bytes]]
"""A function from a request's body, its id and the time when it came to its answer."""

_VERSION = {
    "x-model-version": {
        "description": "The version of the model that answers",
        "schema": {"type": "integer"},
    }
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


def direct_route(
    route: PredictionRoute,
    answering: Answering,
    example: Any,
    admission: Admission,
    most_bytes: int,
    model_version: int,
) -> DirectRoute:
    """Return the route of an application that answers predictions.

    Args:
        route: What is asked and answered.
        answering: Answers a request.
        example: The answer to the route's own example, for the documentation.
        admission: Bounds how many it answers at once.
        most_bytes: Longest body.
        model_version: The version of the model, which is in each answer.
    """
    version = str(model_version)
    headers = [(b"x-model-version", version.encode())]
    asked = {"examples": {"example": {"value": route.example}}}
    answered = {"example": example}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if "crowded" in scope.get("state", ()):
                raise admission.crowded()
            # Not while it comes: slow clients may not keep others' place.
            body = await read_body(scope, receive, most_bytes)
            admission.enter()
            try:
                work = answering(body, scope["request_id"], scope["started"])
                if route.takes_long:
                    work = as_long_as_there(scope, receive, work)
                answer = await work
            finally:
                admission.leave()
        except Refusal as refusal:
            refusal.headers["x-model-version"] = version
            # Answered here: the way to the application's handler costs more.
            await problem(refusal, scope["request_id"])(scope, receive, send)
        else:
            await reply(send, answer, headers)

    return DirectRoute(
        route.path,
        _documented(route),
        app,
        methods=["POST"],
        summary=route.summary,
        description=route.description,
        response_model=route.response,
        responses={
            200: {"content": {"application/json": answered}, "headers": _VERSION},
            **problems(route, most_bytes),
        },
        openapi_extra={"requestBody": {"content": {"application/json": asked}}},
        tags=["predictions"],
    )


def unready_routes(paths: Iterable[str], reason: Callable[[], str]) -> list[BaseRoute]:
    """Return routes that say why there is no prediction yet."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise not_ready(reason())

    return [
        *(_plain(path, app, "POST") for path in paths),
        _plain("/api/predict/params", app, "GET"),
    ]


def _plain(path: str, app: ASGIApp, method: str) -> Route:
    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = route  # as FastAPI's own routes do, for the metrics
        await app(scope, receive, send)

    route = Route(path, lambda request: None, methods=[method])
    route.app = named
    return route


def _documented(route: PredictionRoute) -> Callable[..., Any]:
    def endpoint(body: Any) -> Any:
        """Stand for the request's type; `DirectRoute` answers in its place."""

    parameter = inspect.Parameter(
        "body",
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        annotation=route.request.documented,
    )
    endpoint.__name__ = route.path.strip("/").replace("/", "_")
    endpoint.__signature__ = inspect.Signature([parameter])  # type: ignore[attr-defined]
    return endpoint
