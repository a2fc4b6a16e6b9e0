"""The contents of a table: its columns, its target, and what should be looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..drafting.column import plain_column
from ..features import Feature
from ..tasks import TaskName
from .column import Column, days_of, look_at
from .telling import told

MOST_CELLS = 10_000_000
"""Rows times columns that are looked at; of a larger table it is a sample of rows."""


@dataclass(frozen=True)
class Profile:
    """A table. `told` is the share of the target that a column alone tells, by its name."""

    source: str
    rows: int
    looked_at: int
    columns: list[Column]
    target: Column
    task: TaskName
    repeated: int
    told: dict[str, float] = field(default_factory=dict)
    alike: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sampled(self) -> bool:
        """True where some of the rows were looked at."""
        return self.looked_at < self.rows


@dataclass(frozen=True)
class About:
    """All that is known beside the table: its name, the target, the task and the features."""

    source: str
    target: str
    task: TaskName
    features: Mapping[str, Feature] = field(default_factory=dict)
    seed: int = 0


def profile(frame: pd.DataFrame, about: About) -> Profile:
    """Look at a table, at a cost that is bounded beside that of loading it."""
    most = max(1, MOST_CELLS // max(1, len(frame.columns)))
    sample = frame if len(frame) <= most else frame.sample(most, random_state=about.seed)
    sample = sample.reset_index(drop=True)
    plain = {name: plain_column(sample[name]) for name in frame.columns}
    known = dict(about.features)
    target = _target(sample[about.target], frame[about.target], about)
    columns = [
        look_at(name, sample[name], known.get(name), frame[name])
        for name in frame.columns
        if name != about.target
    ]
    hashes = {
        name: pd.util.hash_array(_hashable(each), categorize=True) for name, each in plain.items()
    }
    return Profile(
        about.source,
        len(frame),
        len(sample),
        columns,
        target,
        about.task,
        _repeated(hashes),
        _told(columns, plain, about),
        _alike(hashes, columns),
    )


def _target(sample: "pd.Series[Any]", whole: "pd.Series[Any]", about: About) -> Column:
    kind = "number" if about.task == "regression" else "category"
    return look_at(
        about.target, sample, Feature.model_construct(name=about.target, type=kind), whole
    )


def _hashable(column: "pd.Series[Any]") -> Any:
    """Return values that can be hashed: others than numbers as texts."""
    if column.dtype == object or not pd.api.types.is_numeric_dtype(column.dtype):
        return column.map(str).to_numpy(object)
    return column.to_numpy(np.float64, na_value=np.nan)


def _repeated(hashes: dict[str, Any]) -> int:
    """Return how many rows are like an earlier one in all columns."""
    whole = np.zeros(len(next(iter(hashes.values()))), np.uint64)
    for each in hashes.values():
        whole = whole * np.uint64(1_000_003) + each
    return len(whole) - len(np.unique(whole))


def _alike(hashes: dict[str, Any], columns: list[Column]) -> list[tuple[str, str]]:
    """Return the columns that hold what an earlier one holds."""
    seen: dict[bytes, str] = {}
    found = []
    for column in columns:
        if column.distinct < 2:
            continue
        first = seen.setdefault(hashes[column.name].tobytes(), column.name)
        if first != column.name:
            found.append((first, column.name))
    return found


def _told(columns: list[Column], plain: dict[str, Any], about: About) -> dict[str, float]:
    target = plain[about.target]
    known = target.notna().to_numpy()
    if about.task == "regression":
        target = pd.to_numeric(target, errors="coerce")
        known = np.isfinite(target.to_numpy(np.float64, na_value=np.nan))
    target, classes = target[known], about.task == "classification"
    wanted = [each for each in columns if each.kind not in ("text", "left out")]
    days = {each.name: days_of(plain[each.name]) for each in wanted if each.kind == "date"}
    values = plain | days
    return {each.name: told(values[each.name][known], target, classes) for each in wanted}
