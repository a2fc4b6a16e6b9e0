"""What the tests share: the use case, trained once, and a service of its bundle."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from << cookiecutter.package_name >>.bundle.read import Bundle, read_bundle
from << cookiecutter.package_name >>.settings import Paths, Settings, Training, read_settings
from << cookiecutter.package_name >>.training.hooks import own_use_case
from << cookiecutter.package_name >>.training.run import train
from << cookiecutter.package_name >>.training.use_case import UseCase

from .reloading import Place
from .service import Service, running
from .small_cases import case, forest, logistic, poor


@pytest.fixture(scope="session")
def use_case() -> UseCase:
    return own_use_case()


def settings_in(folder: Path, as_served: bool = False) -> Settings:
    """Return the project's settings, but training as by default and folders of the test's own.

    Another process for each bundle costs more than the small cases' training: few tests want it.
    """
    paths = Paths(bundle=folder / "model_bin", reports=folder / "reports")
    settings = read_settings()
    training = Training(trusted_types=settings.training.trusted_types, as_served=as_served)
    # Whatever the budget, a test's search is short, and finds the same each time.
    automl = settings.automl.model_copy(update={"time_budget_s": None, "max_trials": 6})
    return settings.model_copy(update={"paths": paths, "training": training, "automl": automl})


@pytest.fixture(scope="session")
def trusted() -> tuple[str, ...]:
    """The types of its own that config.yaml lets the use case's bundle hold."""
    return read_settings().training.trusted_types


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, use_case: UseCase) -> Path:
    """A folder with the model_bin/ and reports/ of a training run."""
    folder = tmp_path_factory.mktemp("trained")
    train(use_case, settings_in(folder, as_served=True), Console(quiet=True))
    return folder


@pytest.fixture(scope="session")
def bundle(trained: Path) -> Bundle:
    return read_bundle(trained / "model_bin")


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A bundle of the small use case: all types, an optional number and label, an ID."""
    folder = tmp_path_factory.mktemp("shop")
    settings = settings_in(folder)
    training = settings.training.model_copy(update={"folds": 0})
    train(case(), settings.model_copy(update={"training": training}), Console(quiet=True))
    return read_bundle(folder / "model_bin")


@pytest.fixture(scope="session")
def service(trained: Path) -> Iterator[Service]:
    """A service that is ready."""
    with running(trained / "model_bin", trained / "service.log") as service:
        service.wait("/readyz")
        yield service


@pytest.fixture(scope="session")
def two_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose registry has version 1 of a small case, and version 2, which is worse."""
    from .versions import record, settings_for

    folder = tmp_path_factory.mktemp("versions")
    settings = settings_for(folder)
    assert record(case(), settings) == 1
    assert record(case(poor), settings) == 2
    return folder


@pytest.fixture
def settings(two_versions: Path, tmp_path: Path) -> Settings:
    """Settings for the two versions in a registry of the test's own, copied there."""
    from .versions import settings_for

    shutil.copytree(two_versions, tmp_path, dirs_exist_ok=True)
    return settings_for(tmp_path)


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> list[Bundle]:
    """Version 1, a logistic regression, and version 2, a forest: each answers in its own way."""
    settings = settings_in(tmp_path_factory.mktemp("versions"))
    found = []
    for train_model in (logistic, forest):
        train(case(train_model), settings, Console(quiet=True))
        found.append(read_bundle(settings.paths.bundle))
    return found


@pytest.fixture
def place(bundles: list[Bundle], tmp_path: Path) -> Place:
    """A folder with version 1."""
    place = Place(tmp_path / "model_bin")
    place.put(bundles[0])
    return place
