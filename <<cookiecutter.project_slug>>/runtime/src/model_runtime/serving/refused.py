"""Examples of refusals for the API's description, in the words of the service itself."""

import json
from typing import Any

from ..contract.problems import MEDIA_TYPE, Problem, Refusal
from ..contract.route import PredictionRoute
from .body import too_large
from .body_headers import read_headers
from .reply import not_ready
from .state import LOADING

_REQUEST = "4bf92f3577b34da6a3ce929d0e0e4736"
_ABOUT = {
    400: "The body is not JSON in UTF-8, or damaged",
    413: "The body is too large",
    415: "By its headers, the body is not JSON in UTF-8 that can be read",
    422: "A value does not fit, with field and reason",
    503: "Nothing is served yet, or there is no room",
}


def example(refusal: Refusal) -> dict[str, Any]:
    """Return a refusal as a media type's example."""
    return {"example": json.loads(refusal.body(_REQUEST))}


UNREADY: dict[int | str, dict[str, Any]] = {
    503: {
        "model": Problem,
        "description": "The model is loading or refused, or the service ends",
        "content": {"application/json": example(not_ready(LOADING))},
    }
}
"""The response of a service that is not ready, as FastAPI documents it."""


def problems(route: PredictionRoute, most_bytes: int) -> dict[int | str, dict[str, Any]]:
    """Return the responses of a prediction route to what it refuses, as FastAPI documents them."""
    return {
        refusal.status: {
            "model": Problem,
            "description": _ABOUT[refusal.status],
            "content": {"application/json": example(refusal)},
        }
        for refusal in _refusals(route, most_bytes)
    }


def answer(about: str, refusal: Refusal) -> dict[str, Any]:
    """Return a refusal as a response of OpenAPI."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": about, "content": {MEDIA_TYPE: schema | example(refusal)}}


def _refusals(route: PredictionRoute, most_bytes: int) -> list[Refusal]:
    found = [too_large(most_bytes), not_ready(LOADING)]
    feature = route.schema.features[0]
    row = route.schema.example | {feature.name: feature.rule.wrong[0]}
    for body in (b"{", json.dumps(route.request.holding([row])).encode()):
        try:
            wrong = route.read(body)
        except Refusal as refusal:
            wrong = refusal
        found.extend([wrong] if isinstance(wrong, Refusal) else [])
    try:
        read_headers([(b"content-type", b"application/xml")])
    except Refusal as refusal:
        found.append(refusal)
    return sorted(found, key=lambda refusal: refusal.status)
