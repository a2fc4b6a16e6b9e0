"""Find the best estimator within a budget."""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from copy import deepcopy
from statistics import mean
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone, is_classifier
from threadpoolctl import threadpool_limits

from ..counts import counted
from ..errors import ProjectError, plainly
from ..progress import show
from ..settings import read_settings
from ..tasks import TaskName
from ..training.session import Config, Found, Session, Trial, Vote, current
from . import estimators
from .fitting import fitted
from .measuring import Measuring, Proposal, proposal
from .noise import cannot_win
from .turns import Turns
from .validation import Measured, Validation
from .vote import MOST, assembled, held, voters

if TYPE_CHECKING:
    from .contender import Contender

log = logging.getLogger(__name__)

_VOTES_SHARE = 0.25
"""The largest share of the time budget that is kept for a vote."""


def search(X: Any, y: Any, weight: Any = None, *, otherwise: Any) -> Any:
    """Return the best estimator that FLAML finds, fitted on all rows; for use in `train_model`.

    The limits are those of the section automl in config.yaml. A training run searches once: for
    the folds of its cross-validation the estimator that was found is fitted anew.

    Args:
        X: Prepared rows, shape (n rows, m columns).
        y: Their n targets.
        weight: How many rows each stands for, if features.yaml names a weight.
        otherwise: The unfitted estimator for `automl.enabled: false`; it also tells the task.

    Returns:
        A scikit-learn estimator.

    Raises:
        ProjectError: No estimator that may be tried is for this task, or the metric isn't, or no
            estimator could learn from the rows.
    """
    session = current() or _session_of_its_own()
    if not session.options.enabled:
        return fitted(otherwise, X, y, weight)
    # Sums in one order, whatever the machine; and a busy one makes many threads slower than one.
    with threadpool_limits(1):
        if session.found is None:
            task: TaskName = "classification" if is_classifier(otherwise) else "regression"
            parts = Validation(X, y, weight, task, session.options.metric, session.seed)
            session.found = _Race(session, parts).run()
        return fitted(clone(session.found.estimator), X, y, weight)


def _session_of_its_own() -> Session:
    settings = read_settings()
    return Session(settings.automl, settings.training.seed)


class _Race:
    """Contenders take turns, and are measured fold by fold."""

    def __init__(self, session: Session, validation: Validation) -> None:
        self._session, self._options, self._validation = session, session.options, validation
        known = estimators.estimators(validation.task)
        names: list[str] = [name for name in self._options.estimators if name in known]
        if not names:
            raise ProjectError(
                f"config.yaml: automl.estimators: none of {', '.join(self._options.estimators)} "
                f"is for a {validation.task}; choose from {', '.join(known)}."
            )
        # FLAML takes seconds to be loaded, and only a search needs it.
        from .contender import Contender

        task, shape, seed = validation.task, validation.shape, session.seed
        self._contenders: dict[str, Contender] = {
            name: Contender(name, task, shape, seed, session.begin.get(name)) for name in names
        }
        self._turns = Turns([*names], self._options.max_trials, seed)
        self._trials: list[Trial] = []
        self._start = time.perf_counter()

    def run(self) -> Found:
        """Try until the budget is used up or nothing is left to try."""
        show(self._line)
        with closing(Measuring(self._session.cluster, self._validation)) as self._measuring:
            while (name := self._turns.next(self._left())) is not None:
                self._turn(self._contenders[name])
            if not self._trials:
                raise ProjectError("automl: no estimator could learn from these rows; see above.")
            vote = self._vote()
        task, seed = self._validation.task, self._session.seed
        best = self._found(None).leaderboard[0]
        if vote and vote.taken:
            members = voters(self._found(None).leaderboard)[: len(vote.members)]
            return self._found(assembled(members, task, seed), vote)
        return self._found(estimators.build(best.estimator, task, best.config, seed), vote)

    def _vote(self) -> Vote | None:
        """Try a vote, if there is time for it."""
        members = voters(self._found(None).leaderboard)
        if len(members) < 2 or sum(each.seconds for each in members) > self._time_left():
            return None
        where, elsewhere = self._measuring.where, self._measuring.elsewhere
        return held(members, self._validation, self._session.cluster, where, elsewhere)

    def _found(self, estimator: Any, vote: Vote | None = None) -> Found:
        parts = self._validation
        return Found(estimator, parts.metric, parts.higher_is_better, self._trials, vote)

    def _time_left(self) -> float:
        return (self._options.time_budget_s or np.inf) - self._seconds()

    def _left(self) -> float:
        """Return the seconds for trials: some are kept for a vote, if it takes no large part."""
        budget = self._options.time_budget_s or np.inf
        records = sorted(self._turns.records.values(), key=lambda each: each.loss)
        reserve = sum(each.seconds_of_best for each in records[:MOST])
        return self._time_left() - (reserve if reserve <= budget * _VOTES_SHARE else 0)

    def _seconds(self) -> float:
        return time.perf_counter() - self._start

    def _turn(self, contender: "Contender") -> None:
        if (config := contender.propose()) is None:
            self._turns.leave_out(contender.name)
            return
        wanted = proposal(contender.name, config)
        try:
            measured = self._measured(contender, wanted)
        except (TypeError, ValueError) as error:
            reason = plainly(str(error).splitlines()[0])
            log.warning(f"automl: {contender.name} is left out: {reason}")
            self._turns.leave_out(contender.name)
            return
        self._take(contender, config, measured, self._measuring.began(wanted) - self._start)

    def _measured(self, contender: "Contender", wanted: Proposal) -> list[Measured]:
        """Return the folds' measurements, the first of them where they show that it can't win."""
        measured: list[Measured] = []
        with closing(self._measuring.folds(wanted, lambda: self._foresee(contender))) as folds:
            for each in folds:
                measured.append(each)
                if cannot_win(self._gains(contender, measured), self._validation.n_folds):
                    break
        return measured

    def _gains(self, contender: "Contender", measured: list[Measured]) -> list[float]:
        """Return by how much each fold's score is better than that of the estimator's best."""
        sign = 1 if self._validation.higher_is_better else -1
        pairs = zip(measured, contender.best, strict=False)
        return [sign * (each.score - best) for each, best in pairs]

    def _take(
        self, contender: "Contender", config: Config, measured: list[Measured], began: float
    ) -> None:
        scores = [each.score for each in measured]
        score = mean(scores)
        if len(scores) < self._validation.n_folds:
            score += mean(contender.best) - mean(contender.best[: len(scores)])
        seconds = sum(each.seconds for each in measured)
        trial = Trial(contender.name, config, float(score), began, seconds, len(scores))
        self._trials.append(trial)
        loss = self._found(None).loss(trial)
        cost = self._turns.take(contender.name, loss, seconds)
        if contender.learn(config, scores, loss, cost):
            self._measuring.improved(contender.name)

    def _foresee(self, contender: "Contender") -> Iterator[Proposal]:
        """Yield what will probably be proposed after this turn, as if nothing got better."""
        turns, ahead = deepcopy(self._turns).take_for_granted(contender.name), Counter[str]()
        while (name := turns.next(self._left())) is not None:
            if (config := self._contenders[name].foresee(ahead[name])) is None:
                turns.leave_out(name)
                continue
            yield proposal(name, config)
            turns.take_for_granted(name)
            ahead[name] += 1

    def _line(self) -> str:
        budget = self._options.time_budget_s
        said = f"search … {self._seconds():.0f} s" + (f" of {budget:g}" if budget else "")
        said += f", {counted(len(self._trials), 'trial')}"
        if not self._trials:
            return said
        best = self._found(None).leaderboard[0]
        return f"{said}, best {self._validation.metric} {best.score:.4f} ({best.estimator})"
