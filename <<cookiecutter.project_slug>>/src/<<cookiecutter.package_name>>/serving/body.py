"""Read a request's body, no more of it than allowed."""

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from .problems import Refusal

_DRAINED = 32 * 1024 * 1024
"""How much of a too large body is read and dropped, so that its sender can hear the answer."""


async def read_body(scope: Scope, receive: Receive, most: int) -> bytes:
    """Return the body.

    Raises:
        ClientDisconnect: The client went away before the body was whole.
        Refusal: The body is no JSON by its content type (415), or longer than allowed (413).
    """
    _check_type(scope)
    message = await _next(receive)
    if not message.get("more_body") and len(body := message.get("body", b"")) <= most:
        return body  # type: ignore[no-any-return]
    parts = [message.get("body", b"")]
    size = len(parts[0])
    while message.get("more_body") and size <= _DRAINED:
        message = await _next(receive)
        size += len(message.get("body", b""))
        if size <= most:
            parts.append(message.get("body", b""))
    if size > most:
        raise Refusal(
            413, "Body too large", f"A request has at most {most:,} bytes; send fewer rows in one."
        )
    return b"".join(parts)


async def _next(receive: Receive) -> Message:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message


def _check_type(scope: Scope) -> None:
    for name, value in scope["headers"]:
        if name == b"content-type":
            kind = value.split(b";")[0].strip().lower()
            if kind != b"application/json" and not kind.endswith(b"+json"):
                shown = kind.decode("latin-1")[:80]
                raise Refusal(
                    415,
                    "Not JSON by its content type",
                    f"The content type is '{shown}'; send 'Content-Type: application/json'.",
                )
            return
