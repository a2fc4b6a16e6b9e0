"""Read a request's body: no more of it than allowed, decompressed, and in UTF-8."""

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from ..contract.problems import Refusal
from .body_headers import read_headers
from .decompress import decompress

_DRAINED = 32 * 1024 * 1024
"""Bytes of a too large body that are read and dropped, so that its sender can hear the answer."""

_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")


async def read_body(scope: Scope, receive: Receive, most: int) -> bytes:
    """Return the body.

    Raises:
        ClientDisconnect: The client went away before the body was whole.
        Refusal: The body is no JSON by its headers or its begin (415), damaged (400), or longer
            than allowed, as sent or decompressed (413).
    """
    about = read_headers(scope["headers"])
    body = await _whole(receive, most)
    if about.coding:
        body = await decompress(body, about.coding, most)
    body = unmarked(body)
    if about.form and not body.lstrip(b" \t\r\n").startswith((b"{", b"[")):
        raise Refusal(
            415,
            "Not JSON by its content type",
            "The body is a form; send JSON, and 'Content-Type: application/json'.",
        )
    return body


async def _whole(receive: Receive, most: int) -> bytes:
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
        raise too_large(most)
    return b"".join(parts)


def too_large(most: int) -> Refusal:
    """Return the refusal of a body that is longer than allowed."""
    about = f"A request has at most {most:,} bytes; send fewer rows in one."
    return Refusal(413, "Body too large", about)


async def _next(receive: Receive) -> Message:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message


def unmarked(body: bytes) -> bytes:
    """Leave out UTF-8's byte order mark, and refuse what begins as other Unicode does."""
    start = body[:4]
    if 0 not in start and start.isascii():
        return body
    if body.startswith(_OTHER_MARKS) or 0 in start:
        raise Refusal(400, "Not UTF-8", "The body is UTF-16 or UTF-32; JSON is sent in UTF-8.")
    return body.removeprefix(_MARK)
