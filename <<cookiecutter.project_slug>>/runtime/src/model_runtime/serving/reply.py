"""Answers: a prediction, with as little around it as HTTP allows, and a problem."""

from starlette.responses import Response
from starlette.types import Send

from ..contract.problems import MEDIA_TYPE, Refusal


async def reply(send: Send, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    """Send a whole answer of JSON."""
    start = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *headers,
    ]
    await send({"type": "http.response.start", "status": 200, "headers": start})
    await send({"type": "http.response.body", "body": body})


def problem(refusal: Refusal, request_id: str) -> Response:
    """Return the answer to a request that is refused, wherever that is found out."""
    return Response(refusal.body(request_id), refusal.status, refusal.headers, MEDIA_TYPE)


def not_ready(reason: str) -> Refusal:
    """Return the refusal of a service that has no model, or is about to end."""
    return Refusal(503, "Not ready", reason, headers={"retry-after": "5"})
