"""One estimator's own search, and what its next proposals will probably be."""

import logging
import warnings
from copy import deepcopy
from typing import Any

import numpy as np

from ..training.session import Config
from . import spaces

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # see spaces.py
    from flaml.tune.searcher.blendsearch import CFO

logging.getLogger("flaml").setLevel(logging.ERROR)

PATIENCE = 20
"""Proposals in a row that are not new, after which FLAML has nothing more to propose."""

_ANY_LOSS = 1e9


class _Searcher:
    """CFO, asked for settings and told how good they were."""

    def __init__(self, **options: Any) -> None:
        self._search = CFO(metric="loss", mode="min", cost_attr="cost", **options)
        self._proposed = 0

    def propose(self) -> Config | None:
        for _ in range(PATIENCE):
            self._proposed += 1
            if (config := self._search.suggest(str(self._proposed))) is not None:
                return {key: _plain(value) for key, value in config.items()}
        return None

    def learn(self, config: Config, loss: float, cost: float) -> None:
        result = {"loss": loss, "cost": cost, "config": config}
        self._search.on_trial_complete(str(self._proposed), result)


class Contender:
    """FLAML's CFO over one estimator's settings.

    Q. Wu, C. Wang and S. Huang, Frugal Optimization for Cost-related Hyperparameters, AAAI 2021.
    A proposal depends on nothing but which of those before it were improvements.
    """

    def __init__(
        self, name: str, task: str, shape: tuple[int, int], seed: int, begin: Config | None = None
    ) -> None:
        """Prepare the search.

        Args:
            name: FLAML's name of the estimator.
            task: Classification or regression.
            shape: Rows and columns that it learns from.
            seed: Of all its random choices.
            begin: The first settings to try; left out, cheap ones.
        """
        self.name = name
        domains, cheapest = spaces.space(name, task, *shape)
        cheap = {key: value for key, value in spaces.LOW_COST.items() if key in domains}
        self._searcher = _Searcher(
            space=domains,
            low_cost_partial_config=cheap,
            points_to_evaluate=[begin or cheapest],
            seed=seed,
        )
        self.best: list[float] = []
        self._loss = np.inf
        self._tried: Config | None = None
        self._scout: _Searcher | None = None
        self._scouted: Config | None = None
        self._foreseen: list[Config | None] = []

    def propose(self) -> Config | None:
        """Return settings to try, or nothing where there are no others left."""
        self._tried = self._searcher.propose()
        if self._foreseen[:1] == [self._tried]:
            self._foreseen.pop(0)
        else:
            self._look_again()
        return self._tried

    def learn(self, config: Config, scores: list[float], loss: float, cost: float) -> bool:
        """Take in what the settings last proposed have reached and cost.

        Args:
            config: The settings.
            scores: The metric on each fold, of which `best` keeps the best trial's.
            loss: What they come to.
            cost: Seconds, or trials.

        Returns:
            True where what was foreseen will not come, for it is an improvement.
        """
        self._searcher.learn(config, loss, cost)
        self._tried = None
        if loss >= self._loss:
            return False
        first, self.best, self._loss = not self.best, scores, loss
        if not first:  # which is one whatever its loss
            self._look_again()
        return not first

    def foresee(self, place: int) -> Config | None:
        """Return a later proposal (0: the next one), if none before it is an improvement."""
        while len(self._foreseen) <= place:
            if self._scout is None:
                self._scout, self._scouted = deepcopy(self._searcher), self._tried
            if self._scouted is not None:
                no_better = self._loss + 1.0 if np.isfinite(self._loss) else _ANY_LOSS
                self._scout.learn(self._scouted, no_better, 1.0)
            self._scouted = self._scout.propose()
            self._foreseen.append(self._scouted)
        return self._foreseen[place]

    def _look_again(self) -> None:
        self._scout, self._foreseen = None, []


def _plain(value: Any) -> int | float | str:
    plain: int | float | str = value.item() if isinstance(value, np.generic) else value
    return plain
