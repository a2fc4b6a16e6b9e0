"""Answers: a prediction, with as little around it as HTTP allows, and a problem."""

import logging
from collections.abc import Sequence

from starlette.responses import Response
from starlette.types import Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from ..contract.problems import MEDIA_TYPE, Refusal

Headers = Sequence[tuple[bytes, bytes]]

log = logging.getLogger("uvicorn.error")


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


def begun(status: int, headers: Headers) -> bytes:
    """Return the begin of an answer without ASGI: its status, and headers that have a line each."""
    return STATUS_LINE[status] + b"".join(b"%b: %b\r\n" % header for header in headers)


def written(
    refusal: Refusal, request_id: str, headers: Headers, added: Headers = (), is_last: bool = True
) -> bytes:
    """Return the whole answer to a refused request that no ASGI application answers.

    Args:
        refusal: The reason.
        request_id: The request's.
        headers: The server's own.
        added: Those of the application beside the refusal's.
        is_last: The connection ends with it.
    """
    answer = problem(refusal, request_id)
    others = [*answer.raw_headers, (b"x-request-id", request_id.encode()), *added]
    if is_last:
        others.append((b"connection", b"close"))
    return begun(refusal.status, [*headers, *others]) + b"\r\n" + bytes(answer.body)


def not_ready(reason: str) -> Refusal:
    """Return the refusal of a service that has no model, or is about to end."""
    return Refusal(503, "Not ready", reason, headers={"retry-after": "5"})


def failure(request_id: str, error: Exception) -> Refusal:
    """Return the refusal of a request at which code failed, and log why."""
    log.error("request %s failed", request_id, exc_info=error)
    return Refusal(500, "Internal error", "The service failed; its log says why.")
