"""The model that is served, from loading to ready or failed."""

from dataclasses import dataclass
from typing import Any

from starlette.routing import BaseRoute

from ..bundle.metadata import Metadata


@dataclass(frozen=True)
class Served:
    """A bundle in service: who it is, its routes, and the description of the API with them."""

    metadata: Metadata
    routes: list[BaseRoute]
    openapi: dict[str, Any]


@dataclass
class State:
    """What a worker serves; `served` is set when its routes are in place, and not before.

    `draining` is set when it has been told to end and answers on for a while.
    """

    served: Served | None = None
    reason: str = "The model is being loaded; try again in a moment."
    draining: bool = False
