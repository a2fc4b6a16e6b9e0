"""Bring a version from the registry into the bundle's folder: verified, whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..bundle.metadata import Metadata
from ..bundle.read import Bundle, read_bundle
from ..bundle.self_test import self_test
from ..errors import ProjectError
from ..features import Features
from ..files import replacing
from ..settings import Settings
from .client import DIGEST, ModelRegistry, Version


@contextmanager
def fetched(
    registry: ModelRegistry, version: Version, features: Features | None
) -> Iterator[tuple[Path, Bundle]]:
    """Yield a folder with a version's bundle, until the block ends, and the bundle, verified.

    Args:
        registry: Where it comes from.
        version: Which it is.
        features: features.yaml, for the thresholds of today; None to leave them aside.

    Raises:
        ProjectError: The bundle is not whole, not the one that was registered, of another format
            or template, or misses a threshold, its own or that of features.yaml.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = registry.download(version, Path(temporary))
        try:
            bundle = read_bundle(folder)
            _check(registry, version, features, bundle.metadata)
        except ProjectError as error:
            raise ProjectError(f"Version {version.number} is refused. {error}") from error
        yield folder, bundle


def fetch(registry: ModelRegistry, wanted: str, settings: Settings, features: Features) -> Metadata:
    """Put a version in the place of the current bundle, which stays where that fails.

    Args:
        registry: Where it comes from.
        wanted: See `ModelRegistry.find`.
        settings: The bundle's place, and the types that its model may hold.
        features: features.yaml, for the thresholds.
    """
    with fetched(registry, registry.find(wanted), features) as (folder, bundle):
        self_test(bundle.engine(settings.training.trusted_types), bundle.schema, bundle.metadata)
        with replacing(settings.paths.bundle, "metadata.json") as beside:
            for name in ("metadata.json", *bundle.metadata.files):
                shutil.copy2(folder / name, beside / name)
    return bundle.metadata


def _check(
    registry: ModelRegistry, version: Version, features: Features | None, metadata: Metadata
) -> None:
    if metadata.digest != version.tags[DIGEST]:
        raise ProjectError("Its bundle is not the one that was registered: it was changed since.")
    if (metadata.name, metadata.version) != (registry.name, version.number):
        raise ProjectError(f"Its bundle is of '{metadata.name}', version {metadata.version}.")
    if features and (missed := features.missed(metadata.metrics)):
        raise ProjectError(f"It misses what features.yaml asks now: {'; '.join(missed)}.")
