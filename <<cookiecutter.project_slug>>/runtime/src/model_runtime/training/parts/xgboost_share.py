"""A share of the rows, from which XGBoost learns in a process of its own."""

import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xgboost
from xgboost.collective import CommunicatorContext
from xgboost.core import XGBoostError
from xgboost.tracker import RabitTracker

from ...free_memory import free_memory
from ...partitions import Part
from ...progress import advance
from .parts import Batch, batch

Group = dict[str, Any]
"""The place where workers that train together meet."""

LONGEST_S = 3_600
"""Seconds in which others may be ahead of a worker: as long as it reads its share."""

MEET_S = 120
"""Seconds in which all workers have to have come, so that none waits for one that has died."""

_BYTES = {True: 1, False: 2}  # of a cell, up to 256 bins and above
_ROOM = 0.5
"""The share of free memory that histograms' cells may take before they are kept in files."""

_trackers: list[RabitTracker] = []


@dataclass(frozen=True)
class Share:
    """Work of a worker, which travels to it.

    Attributes:
        parts: Of the data.
        columns: Of the prepared rows.
        rows: About how many there are in the parts.
        parameters: Of XGBoost.
        rounds: Of boosting.
        missing: The number for a missing one.
        feature_types: As XGBoost takes them.
        categories: Whether there are any.
        rank: Of the worker; the first returns the booster.
        group: The others; None where there are none.
    """

    parts: tuple[Part, ...]
    columns: int
    rows: int
    parameters: dict[str, Any]
    rounds: int
    missing: float
    feature_types: Sequence[str] | None
    categories: bool
    rank: int = 0
    group: Group | None = None

    def of(self, rank: int, workers: int, threads: int | None, group: Group | None) -> "Share":
        """Return the share of one worker of several."""
        asked = self.parameters.get("n_jobs")
        parameters = self.parameters
        if threads is not None:
            parameters = parameters | {"n_jobs": min(threads, asked) if asked else threads}
        return replace(
            self,
            parts=self.parts[rank::workers],
            rows=self.rows // workers,
            parameters=parameters,
            rank=rank,
            group=group,
        )


def meet(asked: tuple[int, str]) -> Group:
    """Open the place where workers meet, in the first of them, at its address.

    It is of the worker, not of the client, since workers can reach each other in any case.
    """
    workers, address = asked
    while _trackers:
        with suppress(XGBoostError):  # of a training that was given up
            _trackers.pop().free()
    tracker = RabitTracker(n_workers=workers, host_ip=address, sortby="task", timeout=MEET_S)
    tracker.start()
    _trackers.append(tracker)
    return dict(tracker.worker_args())


def learn(share: Share) -> bytes | None:
    """Train with the others of the group; the first returns the booster, as XGBoost's UBJSON."""
    group: Any = nullcontext()
    if share.group:
        task: Group = {"dmlc_task_id": f"{share.rank:06}", "dmlc_timeout": LONGEST_S}
        group = CommunicatorContext(**share.group, **task)
    with group, TemporaryDirectory(prefix="xgboost-") as folder:
        booster = xgboost.train(
            share.parameters,
            matrix(share, Path(folder), _room()),
            num_boost_round=share.rounds,
            callbacks=[_Advance(share.rounds)],
        )
    return bytes(booster.save_raw("ubj")) if share.rank == 0 else None


def matrix(share: Share, folder: Path, room: float) -> Any:
    """Return the rows as XGBoost learns from them: a byte or two for each number.

    Args:
        share: The rows.
        folder: For those that don't fit into memory.
        room: Bytes that there are.
    """
    bins = share.parameters.get("max_bin", 256)
    options = {
        "missing": share.missing,
        "nthread": share.parameters.get("n_jobs"),
        "max_bin": bins,
        "enable_categorical": share.categories,
    }
    if share.rows * share.columns * _BYTES[bins <= 256] < room * _ROOM:
        return xgboost.QuantileDMatrix(Batches(share), **options)
    cached = Batches(share, str(folder / "cells"))
    return xgboost.ExtMemQuantileDMatrix(cached, **options)


class Batches(xgboost.DataIter):
    """The batches of a share's parts, read again in each of XGBoost's passes."""

    def __init__(self, share: Share, cache: str | None = None) -> None:
        """Begin with the first."""
        self._share = share
        self._parts = iter(share.parts)
        super().__init__(cache_prefix=cache)

    def reset(self) -> None:
        """Begin with the first again."""
        self._parts = iter(self._share.parts)

    def next(self, input_data: Any) -> bool:
        """Give the next batch that has rows."""
        for part in self._parts:
            found = batch(part)
            if len(found.y):
                self._give(found, input_data)
                return True
        return False

    def _give(self, found: Batch, input_data: Any) -> None:
        given = {"data": found.X, "label": found.y, "feature_types": self._share.feature_types}
        if found.weight is not None:
            given["weight"] = found.weight
        input_data(**given)


class _Advance(xgboost.callback.TrainingCallback):
    def __init__(self, rounds: int) -> None:
        self._rounds = rounds

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        """Say how far it is: where the client itself trains."""
        advance(epoch + 1, self._rounds, "rounds")
        return False


def _room() -> float:
    """Return the bytes that this process may take; a worker of Dask's has a limit of its own."""
    free = free_memory()
    if (distributed := sys.modules.get("distributed")) is None:
        return free
    with suppress(ValueError):  # not in a worker
        if limit := distributed.get_worker().memory_manager.memory_limit:
            return min(free, float(limit))
    return free
