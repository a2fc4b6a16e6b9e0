"""The benchmarks' reference: the same model, as scikit-learn runs it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from model_runtime.settings import Paths, read_settings
from model_runtime.training.fit import fit
from model_runtime.training.hooks import own_use_case
from model_runtime.training.run import train
from model_runtime.training.split import split
from rich.console import Console

Engine = Literal["auto", "sklearn"]


@contextmanager
def trained(engine: Engine) -> Iterator[Path]:
    """Train for an engine in a temporary folder and yield the bundle's folder."""
    with tempfile.TemporaryDirectory() as folder:
        yield train_into(Path(folder), engine)


def train_into(folder: Path, engine: Engine) -> Path:
    """Train for an engine, without folds, and return the bundle's folder."""
    settings = read_settings()
    paths = Paths(bundle=folder / "model_bin", reports=folder / "reports")
    training = settings.training.model_copy(update={"engine": engine, "folds": 0})
    changed = settings.model_copy(update={"paths": paths, "training": training})
    train(own_use_case(), changed, Console(quiet=True))
    return paths.bundle


def pipeline() -> tuple[Any, pd.DataFrame]:
    """Return the pipeline that `make train` fits, and the rows it holds out."""
    use_case, options = own_use_case(), read_settings().training
    rows = use_case.rows(use_case.data_loader().load_data())
    parts = split(rows, options.test_size, options.seed, use_case.features.task)
    return fit(use_case, parts.train, options.seed), parts.test.X
