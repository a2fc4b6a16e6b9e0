"""Files of labelled rows, and bundles to measure on them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from model_runtime.bundle.read import Bundle, read_bundle
from model_runtime.evaluation.labelled import Labelled
from model_runtime.evaluation.measure import Measured, measure
from model_runtime.evaluation.run import known
from model_runtime.settings import Settings
from model_runtime.training.assemble import assemble
from model_runtime.training.data import load
from model_runtime.training.judge import judge
from model_runtime.training.learn import learn
from model_runtime.training.run import train
from model_runtime.training.session import session
from model_runtime.training.split import split
from model_runtime.training.store import store
from model_runtime.training.use_case import UseCase

from .settings import settings_in

QUIET = Console(quiet=True)
SUFFIXES = (".csv", ".txt", ".parquet", ".jsonl")
"""Each has rows; .txt is CSV with semicolons, decimal commas and Windows' letters."""


def saved(frame: pd.DataFrame, file: Path) -> Path:
    write: dict[str, Callable[[], Any]] = {
        ".csv": lambda: frame.to_csv(file, index=False),
        ".txt": lambda: frame.to_csv(file, index=False, sep=";", decimal=",", encoding="cp1252"),
        ".parquet": lambda: frame.to_parquet(file, index=False),
        ".jsonl": lambda: frame.to_json(file, orient="records", lines=True, double_precision=15),
    }
    write[file.suffix]()
    return file


def made(use_case: UseCase, folder: Path) -> tuple[Bundle, Settings]:
    settings = settings_in(folder)
    train(use_case, settings, QUIET)
    return read_bundle(settings.paths.bundle), settings


def assembled(use_case: UseCase, folder: Path) -> tuple[Bundle, Settings]:
    """Train as `made` does, but write neither bundle nor reports, whose pictures take most time."""
    settings = settings_in(folder)
    with session(settings):
        learned = learn(use_case, load(use_case, settings.training), settings)
        stored = store(learned, settings)
        judged = judge(use_case, learned, settings)
        return assemble(learned, stored, judged, settings).bundle, settings


def measured(
    use_case: UseCase, bundle: Bundle, settings: Settings, file: Path
) -> tuple[Labelled, Measured]:
    """Measure as `evaluate` does, but without its report."""
    engine = bundle.engine(settings.training.trusted_types)
    _, rows = known(use_case, bundle.schema, engine, file, str(file))
    return rows, measure(bundle.schema, rows.truth, rows.outputs, rows.weight)


def held_out(use_case: UseCase, settings: Settings) -> pd.DataFrame:
    frame = use_case.load()
    options = settings.training
    rows = use_case.rows(frame)
    return frame.loc[
        split(rows, options.test_size, options.seed, use_case.features.task).test.X.index
    ]


def reasons(rows: Labelled) -> dict[str, int]:
    return dict(rows.reasons())
