"""Rows that are made up where a part is read, to learn from in parts and as a whole."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np
import pandas as pd

from model_runtime.cluster import Cluster
from model_runtime.partitions import Part
from model_runtime.training.parts.parts import PREPARED, Batch, Parts

COLUMNS = 5


@dataclass(frozen=True)
class Made(Part):
    """Rows that are made up where they are asked for, of so many values a column.

    With a fate, a file that notes who reads it, the process ends in so many seconds after it has
    begun to read so many times; later ones live.
    """

    values: int = 100
    fate: Path | None = None
    reads: int = 0
    seconds: float = 0

    def read(self) -> pd.DataFrame:
        if self.fate is not None:
            with self.fate.open("a") as file:
                file.write("r")
                if file.tell() == self.reads:
                    Timer(self.seconds, os._exit, [1]).start()
        random = np.random.default_rng(self.start)
        X = random.integers(0, self.values, (self.rows, COLUMNS)) / self.values
        X[:, -1] = random.integers(0, 12, self.rows)
        X[random.random(X.shape) < 0.1] = np.nan
        seen = np.nan_to_num(X)
        y = seen[:, 0] + (seen[:, -1] % 3 == 1) + random.normal(0, 0.2, self.rows)
        return pd.DataFrame(X).assign(y=y, weight=random.integers(1, 4, self.rows))


@dataclass(frozen=True)
class Preparing:
    """Gives a part's rows for a task: two classes, three, or a number."""

    task: str
    weighted: bool

    def __call__(self, part: Part) -> Batch:
        frame = part.read()
        y = frame["y"].to_numpy()
        y = {"two": y > 0.9, "three": np.digitize(y, [0.5, 1.1]), "number": y}[self.task] * 1
        weight = frame["weight"].to_numpy() if self.weighted else None
        return Batch(frame[[*range(COLUMNS)]].to_numpy(), y, weight)


def made(sizes: list[int], **options: Any) -> list[Made]:
    """Return parts of so many rows each."""
    starts = np.cumsum([0, *sizes])
    return [Made("made", int(starts[k]), n, 0, **options) for k, n in enumerate(sizes)]


def in_parts(cluster: Cluster, parts: Sequence[Part], task: str, weighted: bool = False) -> Parts:
    """Return what `train_model` gets of parts, prepared on a cluster."""
    preparing = Preparing(task, weighted)
    cluster.prepare(PREPARED, partial(_same, preparing))
    classes = {"two": np.arange(2), "three": np.arange(3), "number": None}[task]
    rows = sum(part.rows for part in parts)
    return Parts((rows, COLUMNS), classes, weighted, 0, cluster, parts, preparing(parts[0]))


def _same(thing: Any) -> Any:
    return thing


def whole(parts: Sequence[Part], task: str, weighted: bool = False) -> Batch:
    """Return the rows of all parts."""
    batches = [Preparing(task, weighted)(part) for part in parts]
    columns = zip(*((each.X, each.y, each.weight) for each in batches), strict=True)
    X, y, weights = ([*each] for each in columns)
    weight = np.concatenate(weights) if weighted else None
    return Batch(np.concatenate(X), np.concatenate(y), weight)
