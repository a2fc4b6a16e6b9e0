"""Measure the hooks over folds, here or on a cluster's workers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any
from uuid import uuid4

from ..cluster import Cluster, Here, prepared
from ..progress import advance
from ..settings import Training
from ..tasks import TASKS, TaskName
from .fit import fit
from .rows import Rows
from .session import Session, continued, current
from .split import Split, folds
from .use_case import UseCase

Measure = Callable[[Any, Rows, TaskName], dict[str, float]]
"""Returns the metrics of a fitted pipeline."""


@dataclass(frozen=True)
class _Folds:
    """The things that a worker needs for each fold."""

    use_case: UseCase
    rows: Rows
    n_folds: int
    seed: int
    session: Session | None
    measure: Measure

    def parted(self) -> Iterator[Split]:
        return folds(self.rows, self.n_folds, self.seed, self.use_case.features.task)

    def score(self, parts: Split) -> float:
        task = self.use_case.features.task
        pipeline = fit(self.use_case, parts.train, self.seed)
        return self.measure(pipeline, parts.test, task)[TASKS[task].primary]


def cross_validate(
    use_case: UseCase, rows: Rows, settings: Training, measure: Measure
) -> list[float]:
    """Return the primary metric on each fold, by the hooks fitted on the others.

    The workers of the session's cluster get the rows once, and are told folds by their numbers.
    """
    n_folds = min(settings.folds, use_case.task.most_folds(rows))
    if n_folds < 2:
        return []
    session = current()
    made = _Folds(use_case, rows, n_folds, settings.seed, session, measure)
    scores = []
    for score in _scores(made, session.cluster if session else Here()):
        scores.append(score)
        advance(len(scores), n_folds, "folds")
    return scores


def _scores(made: _Folds, cluster: Cluster) -> Iterator[float]:
    advance(0, made.n_folds, "folds")
    if isinstance(cluster, Here):
        yield from map(made.score, made.parted())
        return
    name, session = f"folds-{uuid4()}", made.session and replace(made.session, cluster=Here())
    cluster.prepare(name, partial(replace, replace(made, session=session)))
    try:
        yield from cluster.in_order(partial(_score, name), range(made.n_folds))
    finally:
        cluster.forget(name)


def _score(name: str, fold: int) -> float:
    made: _Folds = prepared(name)
    parts = next(islice(made.parted(), fold, None))
    if made.session is None:
        return made.score(parts)
    with continued(made.session):
        return made.score(parts)
