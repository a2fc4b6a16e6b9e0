"""Find the best estimator within a budget."""

import logging
import time
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone, is_classifier
from threadpoolctl import threadpool_limits

from ..errors import ProjectError, plainly
from ..progress import show
from ..settings import read_settings
from ..tasks import TaskName
from ..training.session import Config, Found, Session, Trial, current
from . import estimators
from .fitting import fitted
from .validation import Validation

if TYPE_CHECKING:
    from .contender import Contender

log = logging.getLogger(__name__)


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
    """Contenders take turns.

    Every other turn goes to the one that is likely to get better at the least cost, as in FLAML;
    the rest to the one with the least time so far, so that one bad guess rules none out.
    """

    def __init__(self, session: Session, validation: Validation) -> None:
        self._session, self._options, self._validation = session, session.options, validation
        known = estimators.estimators(validation.task)
        names = [name for name in self._options.estimators if name in known]
        if not names:
            raise ProjectError(
                f"config.yaml: automl.estimators: none of {', '.join(self._options.estimators)} "
                f"is for a {validation.task}; choose from {', '.join(known)}."
            )
        # FLAML takes seconds to be loaded, and only a search needs it.
        from .contender import Contender

        task, shape, seed = validation.task, validation.shape, session.seed
        self._contenders = [
            Contender(name, task, shape, seed, session.begin.get(name)) for name in names
        ]
        self._random = np.random.default_rng(session.seed)
        self._trials: list[Trial] = []
        self._start = time.perf_counter()

    def run(self) -> Found:
        """Try until the budget is used up or nothing is left to try."""
        show(self._line)
        while (contender := self._next()) is not None:
            self._turn(contender)
        if not self._trials:
            raise ProjectError("automl: no estimator could learn from these rows; see above.")
        best = self._found(None).leaderboard[0]
        task, seed = self._validation.task, self._session.seed
        return self._found(estimators.build(best.estimator, task, best.config, seed))

    def _found(self, estimator: Any) -> Found:
        parts = self._validation
        return Found(estimator, parts.metric, parts.higher_is_better, self._trials)

    def _seconds(self) -> float:
        return time.perf_counter() - self._start

    def _next(self) -> "Contender | None":
        if self._options.max_trials is not None and len(self._trials) >= self._options.max_trials:
            return None
        left = (self._options.time_budget_s or np.inf) - self._seconds()
        able = [each for each in self._contenders if each.seconds_of_best <= left]
        if not able or left <= 0:
            return None
        if untried := [each for each in able if not each.spent]:
            return untried[0]
        if len(self._trials) % 2:
            return min(able, key=lambda each: each.spent)
        best = min(each.loss for each in able)
        chances = 1 / np.array([each.cost_of_improvement(best) for each in able])
        return able[self._random.choice(len(able), p=chances / chances.sum())]

    def _turn(self, contender: "Contender") -> None:
        if (config := contender.propose()) is None:
            self._contenders.remove(contender)
            return
        began = self._seconds()
        try:
            score = self._score(contender.name, config)
        except (TypeError, ValueError) as error:
            reason = plainly(str(error).splitlines()[0])
            log.warning(f"automl: {contender.name} is left out: {reason}")
            self._contenders.remove(contender)
            return
        trial = Trial(contender.name, config, score, began, self._seconds() - began)
        self._trials.append(trial)
        # Seconds are never twice the same; a trial is a trial.
        cost = trial.seconds if self._options.max_trials is None else 1.0
        contender.learn(config, self._found(None).loss(trial), cost, trial.seconds)

    def _score(self, name: str, config: Config) -> float:
        task, seed = self._validation.task, self._session.seed
        return self._validation.score(estimators.build(name, task, config, seed))

    def _line(self) -> str:
        budget = self._options.time_budget_s
        said = f"search … {self._seconds():.0f} s" + (f" of {budget:g}" if budget else "")
        said += f", {len(self._trials)} trials"
        if not self._trials:
            return said
        best = self._found(None).leaderboard[0]
        return f"{said}, best {self._validation.metric} {best.score:.4f} ({best.estimator})"
