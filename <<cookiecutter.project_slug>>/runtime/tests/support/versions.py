"""Settings for versions in a registry there."""

from pathlib import Path
from typing import Any

from rich.console import Console

from model_runtime.registry.client import ModelRegistry
from model_runtime.registry.record import Recording
from model_runtime.settings import Registry, Settings
from model_runtime.training.run import train
from model_runtime.training.use_case import UseCase

from .settings import settings_in

QUIET = Console(quiet=True)


def settings_for(folder: Path, **options: Any) -> Settings:
    """Return the project's settings with all folders and the registry in a folder."""
    settings = settings_in(folder)
    paths = settings.paths.model_copy(update={"registry": folder / "registry"})
    return settings.model_copy(update={"paths": paths, "registry": Registry(**options)})


def record(use_case: UseCase, settings: Settings) -> int:
    """Train and register; return the version."""
    with Recording(ModelRegistry(settings), settings) as recording:
        return train(use_case, settings, QUIET, recording).version
