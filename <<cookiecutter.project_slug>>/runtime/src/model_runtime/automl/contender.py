"""One estimator's own search, and what its next improvement will cost."""

import logging
import warnings
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


class Contender:
    """FLAML's CFO over one estimator's settings.

    Q. Wu, C. Wang and S. Huang, Frugal Optimization for Cost-related Hyperparameters, AAAI 2021.
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
        self._search = CFO(
            metric="loss",
            mode="min",
            space=domains,
            low_cost_partial_config=cheap,
            points_to_evaluate=[begin or cheapest],
            seed=seed,
            cost_attr="cost",
        )
        self._proposed = 0
        self.loss = self._loss_before = np.inf
        self.spent = self._spent_at_best = self._spent_before = 0.0
        self.seconds_of_best = 0.0

    def propose(self) -> Config | None:
        """Return settings to try, or nothing where there are no others left."""
        for _ in range(PATIENCE):
            self._proposed += 1
            if (config := self._search.suggest(str(self._proposed))) is not None:
                return {key: _plain(value) for key, value in config.items()}
        return None

    def learn(self, config: Config, loss: float, cost: float, seconds: float) -> None:
        """Take in what the settings last proposed have reached and cost."""
        result = {"loss": loss, "cost": cost, "config": config}
        self._search.on_trial_complete(str(self._proposed), result)
        self.spent += cost
        if loss < self.loss:
            self._loss_before = self.loss if np.isfinite(self.loss) else loss
            self._spent_before, self._spent_at_best = self._spent_at_best, self.spent
            self.loss, self.seconds_of_best = loss, seconds

    def cost_of_improvement(self, best: float) -> float:
        """Estimate what it will cost to get better than the best of all contenders.

        As FLAML does (C. Wang et al., FLAML: A Fast and Lightweight AutoML Library, MLSys 2021):
        at least what the last improvement took, and what has been spent in vain since; and to
        catch up, twice the gap at its own speed.
        """
        cost = max(self._spent_at_best - self._spent_before, self.spent - self._spent_at_best)
        gained = (self._loss_before - self.loss) or abs(self.loss)
        speed = gained / (self.spent - self._spent_before)
        gap = self.loss - best
        return max(cost, 2 * gap / speed if gap > 0 and speed else 0.0, 1e-9)


def _plain(value: Any) -> int | float | str:
    plain: int | float | str = value.item() if isinstance(value, np.generic) else value
    return plain
