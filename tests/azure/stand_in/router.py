"""The part of the stand-in that answers a request, by its method, host and path."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from .messages import Answer, Refused, Request

Handler = Callable[[Request], Answer]


@dataclass
class Router:
    """Patterns as of a shell, the first that fits is meant; a path's case means nothing."""

    routes: list[tuple[str, str, str, Handler]] = field(default_factory=list)

    def add(self, method: str, host: str, path: str, handler: Handler) -> None:
        """Let a handler answer a method (`*`: any) on hosts and paths."""
        self.routes.append((method, host, path.lower(), handler))

    def answer(self, request: Request) -> Answer:
        """Answer a request.

        Raises:
            Refused: Nothing answers here, or its handler refuses.
        """
        for method, host, path, handler in self.routes:
            if (
                method in ("*", request.method)
                and fnmatchcase(request.host, host)
                and fnmatchcase(request.path.lower(), path)
            ):
                return handler(request)
        raise Refused(
            404, "NotFound", f"Nothing is at {request.method} {request.host}{request.path}."
        )
