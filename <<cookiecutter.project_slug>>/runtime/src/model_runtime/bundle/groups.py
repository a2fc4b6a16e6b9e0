"""The dependency groups of pyproject.toml that serve a bundle, in the image and anywhere."""

from ..settings import Settings
from .metadata import EngineName


def serving_groups(engine: EngineName, settings: Settings) -> list[str]:
    """Return the groups: the engine's, the registry's to fetch from it, and that of telemetry."""
    wanted = {
        "registry": settings.serving.model != "baked",
        settings.serving.telemetry: settings.serving.telemetry != "none",
    }
    return [engine, *(group for group, is_wanted in wanted.items() if is_wanted)]
