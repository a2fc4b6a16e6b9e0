"""Files of labelled rows, and bundles to measure on them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from model_runtime.bundle.read import Bundle, read_bundle
from model_runtime.evaluation.report import Evaluation
from model_runtime.settings import Settings
from model_runtime.training.run import train
from model_runtime.training.split import split
from model_runtime.training.use_case import UseCase

from .settings import settings_in

QUIET = Console(quiet=True)
SUFFIXES = (".csv", ".parquet", ".jsonl")


def saved(frame: pd.DataFrame, file: Path) -> Path:
    write: dict[str, Callable[[], Any]] = {
        ".csv": lambda: frame.to_csv(file, index=False),
        ".parquet": lambda: frame.to_parquet(file, index=False),
        ".jsonl": lambda: frame.to_json(file, orient="records", lines=True, double_precision=15),
    }
    write[file.suffix]()
    return file


def made(use_case: UseCase, folder: Path) -> tuple[Bundle, Settings]:
    settings = settings_in(folder)
    training = settings.training.model_copy(update={"folds": 0})
    settings = settings.model_copy(update={"training": training})
    train(use_case, settings, QUIET)
    return read_bundle(settings.paths.bundle), settings


def held_out(use_case: UseCase, settings: Settings) -> pd.DataFrame:
    frame = use_case.load()
    options = settings.training
    rows = use_case.rows(frame)
    return frame.loc[
        split(rows, options.test_size, options.seed, use_case.features.task).test.X.index
    ]


def reasons(found: Evaluation) -> dict[str, int]:
    return dict(found.labelled.reasons())
