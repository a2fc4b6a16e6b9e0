"""Fixtures: the sample project, and bundles of it and of small cases."""

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from model_runtime.bundle.read import Bundle, read_bundle
from model_runtime.project import project
from model_runtime.registry.embedded import DATABASE, address, open_embedded
from model_runtime.settings import Settings, read_settings
from model_runtime.training.hooks import own_use_case
from model_runtime.training.run import train
from model_runtime.training.use_case import UseCase

from .support.reloading import Place
from .support.sample import ORIGINAL, RUNTIME
from .support.settings import settings_in
from .support.shared import shared
from .support.small_cases import case, forest, logistic, poor, spending

gc.set_threshold(50_000, 20, 50)  # a worker has more objects than are worth a look that often

# This environment's programs, uv among them, are found by name, whether or not it is activated.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

TRAINED = {"bundles", "service", "shop", "trained", "two_versions"}
"""Fixtures that train a model; what asks for one of them is not of the fast level."""

TRAINING = {"automl", "compiler", "evaluation", "training"}
"""Folders whose tests train models of their own."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a trained model as slow, and begin with what takes longest."""
    for item in items:
        if TRAINED & {*getattr(item, "fixturenames", ())} or item.path.parent.name in TRAINING:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.path.stem not in LONGEST)


LONGEST = {"test_memory_of_parts"}
"""Modules that would be waited for at the end."""


@pytest.fixture(scope="session", autouse=True)
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sample project, copied; tests and the processes that they start run in its folder."""
    folder = tmp_path_factory.mktemp("sample") / "shop"
    shutil.copytree(ORIGINAL, folder, ignore=shutil.ignore_patterns("__pycache__", "uv.lock"))
    shutil.copytree(RUNTIME.resolve().parent / "client", folder / "client")
    file = folder / "pyproject.toml"
    file.write_text(file.read_text("utf-8").replace('"../.."', f'"{RUNTIME}"'), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("PYTHONPATH", f"{folder / 'src'}{os.pathsep}{RUNTIME}")
        project()  # a process reads it once, and a test may be in another folder
        yield folder


@pytest.fixture(scope="session", autouse=True)
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """MLflow makes the tables of a new registry in a second: here once, and then they are copied.

    What other processes make is made by MLflow.
    """

    def opened(folder: Path, make_tables: Callable[[str], object]) -> None:
        def copied(uri: str) -> None:
            made = shared(
                tmp_path_factory, "tables", lambda to: make_tables(address(to / DATABASE))
            )
            shutil.copyfile(made / DATABASE, uri.removeprefix("sqlite:///"))

        open_embedded(folder, copied)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("model_runtime.registry.client.open_embedded", opened)
        yield


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the modules with `TASKS = ("classification", "regression")` for both."""
    if "use_case" in metafunc.fixturenames and (tasks := getattr(metafunc.module, "TASKS", ())):
        metafunc.parametrize("use_case", tasks, indirect=True, scope="session")


@pytest.fixture(scope="session")
def use_case(request: pytest.FixtureRequest) -> UseCase:
    """The sample's own use case; where a module asks for it, a regression of the same features."""
    return spending() if getattr(request, "param", "") == "regression" else own_use_case()


@pytest.fixture(scope="session")
def trusted() -> tuple[str, ...]:
    """The types of its own that config.yaml lets the use case's bundle hold."""
    return read_settings().training.trusted_types


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, use_case: UseCase) -> Path:
    """A folder with the model_bin/ and reports/ of a training run."""

    def make(folder: Path) -> None:
        train(use_case, settings_in(folder, folds=5), Console(quiet=True))

    return shared(tmp_path_factory, f"trained-{use_case.features.task}", make)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A bundle of the small use case: all types, an optional number and label, an ID."""

    def make(folder: Path) -> None:
        train(case(), settings_in(folder), Console(quiet=True))

    return read_bundle(shared(tmp_path_factory, "shop", make) / "model_bin")


@pytest.fixture(scope="session")
def two_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose registry has version 1 of a small case, and version 2, which is worse."""
    from .support.versions import record, settings_for

    def make(folder: Path) -> None:
        settings = settings_for(folder)
        assert record(case(), settings) == 1
        assert record(case(poor), settings) == 2

    return shared(tmp_path_factory, "two-versions", make)


@pytest.fixture
def settings(two_versions: Path, tmp_path: Path) -> Settings:
    """Settings for the two versions in a registry of the test's own, copied there."""
    from .support.versions import settings_for

    shutil.copytree(two_versions, tmp_path, dirs_exist_ok=True)
    return settings_for(tmp_path)


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> list[Bundle]:
    """Version 1, a logistic regression, and version 2, a forest: each answers in its own way."""

    def make(folder: Path) -> None:
        settings = settings_in(folder)
        for version, train_model in ((1, logistic), (2, forest)):
            train(case(train_model), settings, Console(quiet=True))
            shutil.copytree(settings.paths.bundle, folder / f"{version}")

    folder = shared(tmp_path_factory, "bundles", make)
    return [read_bundle(folder / version) for version in ("1", "2")]


@pytest.fixture
def place(bundles: list[Bundle], tmp_path: Path) -> Place:
    """A folder with version 1."""
    place = Place(tmp_path / "model_bin")
    place.put(bundles[0])
    return place
