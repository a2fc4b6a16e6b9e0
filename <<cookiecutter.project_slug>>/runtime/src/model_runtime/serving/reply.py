"""Send a JSON answer with as little around it as HTTP allows."""

from starlette.types import Send

from .problems import MEDIA_TYPE


async def reply(
    send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    """Send a whole answer; a status from 400 up is a problem's."""
    media_type = b"application/json" if status < 400 else MEDIA_TYPE.encode()
    start = [
        (b"content-type", media_type),
        (b"content-length", str(len(body)).encode()),
        *(headers or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})
