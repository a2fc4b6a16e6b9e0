"""The dependency groups of pyproject.toml that serve a bundle, in the image and anywhere."""

from ..settings import Settings
from .metadata import EngineName


def serving_groups(engine: EngineName, settings: Settings) -> list[str]:
    """Return the groups: the engine's, and the registry's where a version is fetched from it."""
    return [engine, *(["registry"] if settings.serving.model != "baked" else [])]
