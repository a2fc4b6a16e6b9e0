"""The need of the image that fetches and trains: it is large and holds data/."""

from collections.abc import Iterator
from pathlib import Path

from ..settings import Settings, config_file, read_settings
from .image import fetches


def needs_of_ci_image(settings: Settings) -> list[str]:
    """Name the settings by which a release has that image of its own commit.

    Those of config.yaml, and of the files in jenkins.environments.

    Raises:
        ProjectError: Such a file doesn't fit.
    """
    files = {each.values for each in settings.jenkins.environments.values() if each.values}
    named = [(config_file(), settings), *((Path(f), read_settings(Path(f))) for f in sorted(files))]
    return [f"{setting} in {file}" for file, each in named for setting in _needs(each)]


def _needs(settings: Settings) -> Iterator[str]:
    if settings.deployment.ci_image:
        return
    if fetches(settings):
        yield "serving.model"
    if settings.deployment.retrain.schedule:
        yield "deployment.retrain.schedule"
