"""The model that is served, from loading to ready or failed."""

import os
from collections.abc import Mapping
from ctypes import Array, c_int
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute

from ..bundle.metadata import Metadata

if TYPE_CHECKING:
    from .early_dispatch import Way


@dataclass(frozen=True)
class Served:
    """A bundle in service: who it is, its routes, and the description of the API with them.

    `ways` leads early dispatch by their paths to the prediction routes.
    """

    metadata: Metadata
    routes: list[BaseRoute]
    openapi: dict[str, Any]
    ways: "Mapping[bytes, Way]"


@dataclass(frozen=True)
class Place:
    """A worker's place among the workers of a service.

    Args:
        ready: For each place the process that was ready there last, 0 for none so far; the workers
            and their supervisor share it.
        number: The worker's own place.
        follows: Another worker was ready here, or still is.
    """

    ready: "list[int] | Array[c_int]" = field(default_factory=lambda: [0])
    number: int = 0
    follows: bool = False

    @property
    def one_of_several(self) -> bool:
        """Tell whether others serve, too."""
        return len(self.ready) > 1

    @property
    def missing(self) -> int:
        """The number of places that have had no ready worker so far."""
        return sum(not process for process in self.ready)

    def take(self) -> None:
        """Tell the others that this worker is ready."""
        self.ready[self.number] = os.getpid()


LOADING = "The model is being loaded; try again in a moment."


@dataclass
class State:
    """The model that a worker serves; `served` is set when its routes are in place, and not before.

    `draining` is set when the service has been told to end and answers on for a while, `closing`
    when each answer is to end its connection.
    """

    place: Place = field(default_factory=Place)
    served: Served | None = None
    reason: str = LOADING
    draining: bool = False
    closing: bool = False
