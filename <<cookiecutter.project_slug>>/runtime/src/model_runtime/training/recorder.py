"""The record that a training leaves: its version, and what it brought forth."""

from pathlib import Path
from typing import Protocol

from ..bundle.metadata import Metadata
from ..bundle.read import current_version
from ..bundle.schema import Schema
from ..settings import Settings


class Recorder(Protocol):
    """Gives a training run its version, and keeps its bundle."""

    def version(self, schema: Schema) -> int:
        """Return the number that the run's bundle gets, whose schema is known."""
        ...

    def keep(self, metadata: Metadata, bundle: Path, reports: Path, params: dict[str, str]) -> None:
        """Keep a whole bundle, its reports, and what its estimator was made with."""
        ...

    def refuse(self, missed: list[str], metrics: dict[str, float], reports: Path) -> None:
        """Note that a model missed its thresholds, and keep its reports."""
        ...


class Unrecorded:
    """Keeps nothing; versions go on from the current bundle's."""

    def __init__(self, settings: Settings) -> None:
        """Number on from the bundle that config.yaml names."""
        self._folder = settings.paths.bundle

    def version(self, schema: Schema) -> int:
        """See `Recorder`."""
        return current_version(self._folder) + 1

    def keep(self, metadata: Metadata, bundle: Path, reports: Path, params: dict[str, str]) -> None:
        """See `Recorder`."""

    def refuse(self, missed: list[str], metrics: dict[str, float], reports: Path) -> None:
        """See `Recorder`."""
