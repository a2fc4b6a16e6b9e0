"""What the tests share: the use case, trained once, and a service of its bundle."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from << cookiecutter.package_name >>.bundle.read import Bundle, read_bundle
from << cookiecutter.package_name >>.settings import Paths, Settings, Training, read_settings
from << cookiecutter.package_name >>.training.hooks import UseCase, own_use_case
from << cookiecutter.package_name >>.training.run import train

from .service import Service, running


@pytest.fixture(scope="session")
def use_case() -> UseCase:
    return own_use_case()


def settings_in(folder: Path) -> Settings:
    """Return the project's settings, but training as by default and folders of the test's own."""
    paths = Paths(bundle=folder / "model_bin", reports=folder / "reports")
    settings = read_settings()
    training = Training(trusted_types=settings.training.trusted_types)
    return settings.model_copy(update={"paths": paths, "training": training})


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, use_case: UseCase) -> Path:
    """A folder with the model_bin/ and reports/ of a training run."""
    folder = tmp_path_factory.mktemp("trained")
    train(use_case, settings_in(folder), Console(quiet=True))
    return folder


@pytest.fixture(scope="session")
def bundle(trained: Path) -> Bundle:
    return read_bundle(trained / "model_bin")


@pytest.fixture(scope="session")
def service(trained: Path) -> Iterator[Service]:
    """A service that is ready."""
    with running(trained / "model_bin", trained / "service.log") as service:
        service.wait("/readyz")
        yield service
