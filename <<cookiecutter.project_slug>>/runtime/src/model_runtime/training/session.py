"""The knowledge that a training run and its search share.

`train_model` calls `search` without a word about settings, and cross-validation calls `train_model`
again for each fold; a session hands the settings down and keeps what was found.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ..cluster import Cluster, Here, in_use
from ..counts import counted
from ..settings import AutoML, Settings

Config = dict[str, int | float | str]
"""An estimator's settings, by scikit-learn's names."""


@dataclass(frozen=True)
class Trial:
    """An estimator that was tried, by FLAML's name, and what it reached on rows held out.

    One that couldn't win was ended after some of the folds; its score is as far from the best's
    as it was on these.
    """

    estimator: str
    config: Config
    score: float
    began: float
    seconds: float
    folds: int = 1


@dataclass(frozen=True)
class Vote:
    """The best of several estimators together, by FLAML's names, beside the best alone.

    `gain` is by how much it is better, and `noise` what that has to be above.
    """

    members: list[str]
    score: float
    gain: float
    noise: float
    seconds: float

    @property
    def taken(self) -> bool:
        """True where it is better by more than noise."""
        return self.gain > self.noise


@dataclass(frozen=True)
class Found:
    """The result of a search: the best estimator, unfitted, and all trials as they came.

    It is a vote where that was tried and is better.
    """

    estimator: Any
    metric: str
    higher_is_better: bool
    trials: list[Trial]
    vote: Vote | None = None

    @property
    def best_configs(self) -> dict[str, Config]:
        """The best settings of each estimator."""
        return {trial.estimator: trial.config for trial in reversed(self.leaderboard)}

    @property
    def leaderboard(self) -> list[Trial]:
        """The trials, the best first; of equal ones the earlier."""
        return sorted(self.trials, key=self.loss)

    def __str__(self) -> str:
        """Say what was tried and how good the best was."""
        best, vote = self.leaderboard[0], self.vote
        of = f"the best of {counted(len(self.trials), 'trial')} ({self.metric} {best.score:.4f})"
        if vote is None or not vote.taken:
            return of
        return f"a vote of {', '.join(vote.members)} ({self.metric} {vote.score:.4f}), alone {of}"

    def loss(self, trial: Trial) -> float:
        """Return what is least for the best trial."""
        return -trial.score if self.higher_is_better else trial.score


@dataclass
class Session:
    """The search of one training run.

    `begin` is where an estimator's search begins, instead of at the cheapest settings; `cluster` is
    where trials and folds are measured.
    """

    options: AutoML
    seed: int
    begin: dict[str, Config] = field(default_factory=dict)
    found: Found | None = None
    cluster: Cluster = field(default_factory=Here)


COMPARISON_SHARE = 0.25
"""The share of the budget for a comparison that is not served."""

_current: ContextVar[Session | None] = ContextVar("session", default=None)


@contextmanager
def session(settings: Settings, cluster: Cluster | None = None) -> Iterator[Session]:
    """Let `search` use these settings until the block ends, and search at most once."""
    opened = Session(settings.automl, settings.training.seed, cluster=cluster or in_use())
    with continued(opened):
        yield opened


@contextmanager
def continued(opened: Session) -> Iterator[None]:
    """Let `search` use a session that was opened before, perhaps in another process."""
    token = _current.set(opened)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def comparing() -> Iterator[None]:
    """Let `search` search once more, for other columns, until the block ends.

    With a share of the budget, from the best settings of each estimator on.
    """
    outer = _current.get()
    if outer is None or outer.found is None:
        yield
        return
    seconds, trials = outer.options.time_budget_s, outer.options.max_trials
    less = {
        "time_budget_s": seconds and seconds * COMPARISON_SHARE,
        "max_trials": trials and math.ceil(trials * COMPARISON_SHARE),
    }
    options = outer.options.model_copy(update=less)
    with continued(Session(options, outer.seed, outer.found.best_configs, cluster=outer.cluster)):
        yield


def current() -> Session | None:
    """Return the session of the training run under way."""
    return _current.get()
