"""A vote of the best of several estimators, held against the winner alone."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from statistics import mean
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import VotingClassifier, VotingRegressor

from ..cluster import Cluster, prepared
from ..training.rows import Rows
from ..training.session import Trial, Vote
from ..training.split import folds
from ..training.task import TRAINING_TASKS
from .estimators import UNCOMPILED, build
from .measuring import on_one_thread
from .noise import noise
from .validation import FOLDS, Validation

MOST = 3
"""Estimators that vote."""

Gains = list[float]
"""By how much the vote of the first two, three, … members is better than the first alone."""


def voters(leaderboard: list[Trial]) -> list[Trial]:
    """Return the best trials of different estimators, the winner first; fewer than two don't vote.

    None is slower or served otherwise than those that compile.
    """
    best: dict[str, Trial] = {}
    for trial in leaderboard:
        best.setdefault(trial.estimator, trial)
    winner = next(iter(best), "")
    able = [trial for name, trial in best.items() if name not in UNCOMPILED]
    return [] if winner in UNCOMPILED else able[:MOST]


def assembled(members: list[Trial], task: str, seed: int, jobs: int = -1) -> Any:
    """Return the unfitted vote: the mean of the members' probabilities, or of their numbers."""
    parts = [
        (each.estimator, build(each.estimator, task, each.config, seed, jobs)) for each in members
    ]
    if task == "regression":
        return VotingRegressor(parts)
    return VotingClassifier(parts, voting="soft", flatten_transform=False)


def held(
    members: list[Trial], validation: Validation, cluster: Cluster, where: str, elsewhere: bool
) -> Vote | None:
    """Measure the vote of two and of more members beside the winner, on the same rows.

    It is worth its members' time where it is better by more than noise.

    Args:
        members: See `voters`.
        validation: The rows and the metric.
        cluster: Fits the members for each fold.
        where: The name under which it has the rows.
        elsewhere: See `Measuring`.

    Returns:
        The best vote; nothing where the rows held out are too few to be parted.
    """
    start = time.perf_counter()
    ask = partial(_gains, _Asked(where, elsewhere, members))
    found = [each for part in cluster.in_order(ask, range(validation.n_folds)) for each in part]
    if len(found) < 2:
        return None
    columns = [[each[k] for each in found] for k in range(len(members) - 1)]
    gains = max(columns, key=mean)
    names = [each.estimator for each in members[: columns.index(gains) + 2]]
    sign = 1 if validation.higher_is_better else -1
    score = members[0].score + sign * mean(gains)
    return Vote(names, float(score), mean(gains), noise(gains), time.perf_counter() - start)


@dataclass(frozen=True)
class _Asked:
    where: str
    elsewhere: bool
    members: list[Trial]


def _gains(asked: _Asked, fold: int) -> list[Gains]:
    """Fit the members for a fold; return the gains on its rows, or on each part of them."""
    validation: Validation = prepared(asked.where)
    if asked.elsewhere:
        on_one_thread()
    task, jobs = TRAINING_TASKS[validation.task], 1 if asked.elsewhere else -1
    vote = assembled(asked.members, validation.task, validation.seed, jobs)
    model, test = validation.fit(vote, fold)
    outputs = np.cumsum([task.outputs(each, test.X) for each in model.estimators_], axis=0)
    sign = 1 if validation.higher_is_better else -1
    gains = []
    for numbers, rows in _parts(test, validation):
        scores = [
            validation.score(model, rows, total[numbers] / n) for n, total in enumerate(outputs, 1)
        ]
        gains.append([sign * (each - scores[0]) for each in scores[1:]])
    return gains


def _parts(test: Rows, validation: Validation) -> Iterator[tuple[npt.NDArray[Any], Rows]]:
    """Yield all rows that are held out; where they are of one fold only, parts of them."""
    numbered = Rows(pd.DataFrame({"row": np.arange(len(test.y))}), test.y, test.weight)
    if validation.n_folds > 1:
        yield np.arange(len(test.y)), numbered
        return
    n_parts = min(FOLDS, TRAINING_TASKS[validation.task].most_folds(numbered))
    if n_parts < 2:
        return
    for part in folds(numbered, n_parts, validation.seed, validation.task):
        yield part.test.X["row"].to_numpy(), part.test
