"""Use cases whose data come in parts, and the same data in files."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline

from model_runtime import fit_in_parts
from model_runtime.features import Features
from model_runtime.hooks import BaseDataLoader
from model_runtime.preprocessing import BasePreprocessor
from model_runtime.training.data import load
from model_runtime.training.learn import learn
from model_runtime.training.use_case import UseCase

from .settings import settings_in
from .small_cases import FEATURES, Preprocessor, case, customers


class PartsLoader(BaseDataLoader):
    """Gives the paths of files, or a data frame of Dask's."""

    def __init__(self, found: Any) -> None:
        self.found = found

    def load_partitions(self) -> Any:
        return self.found


def written(frame: pd.DataFrame, folder: Path, cuts: Sequence[int] = ()) -> list[Path]:
    """Write a data frame into files, cut at these rows, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    ends = [0, *sorted(cuts), len(frame)]
    paths = []
    for k, (start, end) in enumerate(pairwise(ends)):
        paths.append(folder / f"part-{k:03}.parquet")
        frame.iloc[start:end].to_parquet(paths[-1], row_group_size=max(1, (end - start) // 2))
    return paths


FRAME = customers(2_000)
"""Rows to learn from in parts."""


def by_steps(X: Any, y: Any) -> Any:
    estimator = SGDClassifier(loss="log_loss", random_state=0, alpha=0.01)
    return fit_in_parts(estimator, X, y, passes=2)


def counting(X: Any, y: Any) -> Any:
    return fit_in_parts(GaussianNB(), X, y)


def regressed(X: Any, y: Any) -> Any:
    return fit_in_parts(SGDRegressor(random_state=0), X, y)


def parted(
    found: Any,
    train_model: Callable[..., Any] = by_steps,
    features: Features = FEATURES,
    preprocessor: type[BasePreprocessor] = Preprocessor,
) -> UseCase:
    """Return a use case of data in parts."""
    use_case = case(train_model, features=features, preprocessor=preprocessor)
    return replace(use_case, data_loader=lambda: PartsLoader(found))


def fitted(use_case: UseCase, folder: Path) -> Pipeline:
    """Return the pipeline that learns from a use case's data."""
    settings = settings_in(folder)
    return learn(use_case, load(use_case, settings.training), settings).pipeline
