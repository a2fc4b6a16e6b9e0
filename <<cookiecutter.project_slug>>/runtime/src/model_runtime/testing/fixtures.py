"""Fixtures of a project's tests: its use case, trained once, and a service of the bundle.

A plugin of pytest's: `addopts = "-p model_runtime.testing.fixtures"` in pyproject.toml.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy.typing as npt
import pandas as pd
import pytest
from rich.console import Console

from ..bundle.read import Bundle, read_bundle
from ..settings import Settings, read_settings
from ..training.data import load
from ..training.evaluate import predict
from ..training.fit import fit
from ..training.hooks import own_use_case
from ..training.run import train
from ..training.use_case import UseCase
from .service import Service, running


def quick(settings: Settings) -> Settings:
    """Return settings by which a search is short, and finds the same each time."""
    automl = settings.automl.model_copy(update={"time_budget_s": None, "max_trials": 6})
    return settings.model_copy(update={"automl": automl})


@pytest.fixture(scope="session")
def use_case() -> UseCase:
    """The project's four hooks and features.yaml."""
    return own_use_case()


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, use_case: UseCase) -> Path:
    """A folder with the model_bin/ and reports/ of a training run by config.yaml."""
    folder = tmp_path_factory.mktemp("trained")
    settings = quick(read_settings())
    moved = {"bundle": folder / "model_bin", "reports": folder / "reports"}
    paths = settings.paths.model_copy(update=moved)
    train(use_case, settings.model_copy(update={"paths": paths}), Console(quiet=True))
    return folder


@pytest.fixture(scope="session")
def bundle(trained: Path) -> Bundle:
    """The bundle of that training run."""
    return read_bundle(trained / "model_bin")


@pytest.fixture(scope="session")
def service(trained: Path) -> Iterator[Service]:
    """A service of it that is ready."""
    with running(trained / "model_bin", trained / "service.log") as service:
        service.wait("/readyz")
        yield service


@pytest.fixture(scope="session")
def scikit_learn_answers(use_case: UseCase) -> Callable[[pd.DataFrame], npt.NDArray[Any]]:
    """A function that answers rows of features by scikit-learn itself, fitted once more.

    It takes training's types (numbers as float64, labels and texts as objects) and returns
    probabilities (n rows, classes), or for a regression predictions (n rows, 1).
    """
    settings, task = read_settings(), use_case.features.task
    data = load(use_case, settings.training)
    parts = data.split(settings.training, task)
    fitted = fit(use_case, parts.train, settings.training.seed, whole=data.whole)
    return lambda X: predict(fitted, X, task)
