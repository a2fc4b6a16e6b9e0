"""The span of a model's call, and requests' ids that lead to their traces."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from opentelemetry import trace
from opentelemetry.util.types import AttributeValue
from starlette.types import ASGIApp, Receive, Scope, Send

from ..bundle.metadata import Metadata
from .observe import given_id


class TracedIds:
    """ASGI middleware. Gives a request without an id of its client's that of its trace and span.

    So every line with a request's id, of the prediction log or of a failure, leads to its trace;
    and a trace to its lines, by the span's attribute `request_id`.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        context = (span := trace.get_current_span()).get_span_context()
        if scope["type"] == "http" and context.is_valid:
            request_id = given_id(scope["headers"])
            if request_id is None:
                request_id = f"{context.trace_id:032x}-{context.span_id:016x}"
                scope["headers"] = [*scope["headers"], (b"x-request-id", request_id.encode())]
            span.set_attribute("request_id", request_id)
        await self._app(scope, receive, send)


def model_call(metadata: Metadata) -> Callable[[int], AbstractContextManager[object]]:
    """Return a function that begins the span of a model's call, told the number of rows."""
    tracer = trace.get_tracer("model_runtime")
    about: Mapping[str, AttributeValue] = {
        "model.name": metadata.name,
        "model.version": metadata.version,
    }

    def call(rows: int) -> AbstractContextManager[object]:
        return tracer.start_as_current_span("predict", attributes={**about, "model.rows": rows})

    return call
