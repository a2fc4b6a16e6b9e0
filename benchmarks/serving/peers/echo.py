"""A bare ASGI application that answers with the request's body: the cost of HTTP alone."""

from typing import Any


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer a request with its own body."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
