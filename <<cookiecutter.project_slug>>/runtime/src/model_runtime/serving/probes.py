"""Probes and other routes for operators."""

from typing import Any, Literal

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic_core import to_json
from starlette.responses import Response

from ..bundle.schema import Schema
from ..counts import counted
from .account import Account
from .refused import UNREADY
from .reply import not_ready
from .state import State


class Alive(BaseModel):
    """The answer of a process that runs."""

    status: Literal["alive"] = "alive"


class Pong(Alive):
    """The same, with the word that older clients wait for."""

    ping: Literal["pong"] = "pong"


class Ready(BaseModel):
    """The answer of a model that has passed its self-test."""

    status: Literal["ready"] = "ready"


class Info(Alive):
    """The answer of a model about itself."""

    metadata: dict[str, Any]


def add(app: FastAPI, state: State, account: Account) -> None:
    """Add /ping, /livez, /readyz, /metrics and /api/info."""

    async def live() -> Alive:
        return Alive()

    async def pong() -> Pong:
        return Pong()

    async def ready() -> Ready:
        if reason := _unready(state):
            raise not_ready(reason)
        return Ready()

    async def info() -> Info:
        if not state.served:
            raise not_ready(state.reason)
        return Info(metadata=state.served.metadata.model_dump(mode="json"))

    async def exposition() -> Response:
        return Response(account.text(), media_type="text/plain; version=1.0.0; charset=utf-8")

    about: dict[str, Any] = {"methods": ["GET"], "tags": ["service"]}
    for path, endpoint in (("/ping", pong), ("/livez", live)):
        app.add_api_route(path, endpoint, summary="Does the process answer?", **about)
    may_fail = {"responses": UNREADY, **about}
    app.add_api_route(
        "/readyz", ready, response_model=Ready, summary="Is the model ready?", **may_fail
    )
    app.add_api_route(
        "/api/info", info, response_model=Info, summary="Which model is served?", **may_fail
    )
    app.add_api_route(
        "/metrics", exposition, summary="Prometheus metrics", response_class=_Text, **about
    )


class _Text(Response):
    media_type = "text/plain"


def params_route(schema: Schema) -> APIRoute:
    """Return /api/predict/params: each feature's labels, or 0 for one without."""
    params: dict[str, list[str] | Literal[0]] = {
        feature.name: feature.labels if feature.labels is not None else 0
        for feature in schema.features
    }

    answer = to_json(params)  # once: thousands of labels take longer than a prediction

    async def endpoint() -> Response:
        return Response(answer, media_type="application/json")

    return APIRoute(
        "/api/predict/params",
        endpoint,
        methods=["GET"],
        response_model=dict[str, list[str] | Literal[0]],
        summary="What may be asked?",
        description="Each feature's allowed labels, or 0 for one without labels.",
        tags=["predictions"],
    )


def _unready(state: State) -> str | None:
    """Return why the service is not ready, if it is not."""
    if state.draining:
        return "The service is about to end; ask another of its replicas."
    if not state.served:
        return state.reason
    if missing := state.place.missing:
        workers = counted(len(state.place.ready), "worker has", "workers have")
        return f"{missing} of {workers} not loaded the model yet."
    return None
