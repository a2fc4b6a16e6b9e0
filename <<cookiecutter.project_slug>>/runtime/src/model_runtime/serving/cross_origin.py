"""Pages of other hosts (CORS): those that config.yaml names may ask and read all there is."""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class CrossOrigin(CORSMiddleware):
    """ASGI middleware: Starlette's, which says nothing to pages that may not ask.

    A page that may can send any header, for tracing (`traceparent`, `baggage`, …) or for a proxy
    (`authorization`), and read why it is refused. No cookies: the service has none.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        """Let in pages of some origins, or of all by `*`."""
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["*"],
            # A page of the internet may ask a service of this network, once it is named.
            allow_private_network=True,
            expose_headers=["x-request-id", "x-model-version", "retry-after"],
            max_age=3600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        origin = Headers(scope=scope).get("origin") if scope["type"] == "http" else None
        if origin is None or self.is_allowed_origin(origin):
            await super().__call__(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Caches must not give this answer to a page that may ask.
                MutableHeaders(scope=message).add_vary_header("Origin")
            await send(message)

        await self.app(scope, receive, sending)
