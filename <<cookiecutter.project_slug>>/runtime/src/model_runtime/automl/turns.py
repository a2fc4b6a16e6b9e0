"""The order in which estimators get their turns, by what each has cost and gained so far."""

from dataclasses import dataclass
from typing import Self

import numpy as np


@dataclass
class Record:
    """The sum of what an estimator's trials have cost and gained; costs are seconds, or trials."""

    loss: float = np.inf
    spent: float = 0.0
    seconds_of_best: float = 0.0
    _trials: int = 0
    _loss_before: float = np.inf
    _spent_at_best: float = 0.0
    _spent_before: float = 0.0

    @property
    def usual_cost(self) -> float:
        """The mean cost of a trial."""
        return self.spent / self._trials if self._trials else 1.0

    def add(self, loss: float, cost: float, seconds: float) -> None:
        """Take a trial in."""
        self.spent += cost
        self._trials += 1
        if loss < self.loss:
            self._loss_before = self.loss if np.isfinite(self.loss) else loss
            self._spent_before, self._spent_at_best = self._spent_at_best, self.spent
            self.loss, self.seconds_of_best = loss, seconds

    def cost_of_improvement(self, best: float) -> float:
        """Estimate what it will cost to get better than the best of all.

        As FLAML does (C. Wang et al., FLAML: A Fast and Lightweight AutoML Library, MLSys 2021):
        at least what the last improvement took, and what has been spent in vain since; and to
        catch up, twice the gap at its own speed.
        """
        cost = max(self._spent_at_best - self._spent_before, self.spent - self._spent_at_best)
        gained = (self._loss_before - self.loss) or abs(self.loss)
        speed = gained / (self.spent - self._spent_before)
        gap = self.loss - best
        return max(cost, 2 * gap / speed if gap > 0 and speed else 0.0, 1e-9)


class Turns:
    """Every other turn goes to who is likely to get better at the least cost, as in FLAML.

    The rest goes to the one with the least cost so far, so that one bad guess rules none out.
    """

    def __init__(self, names: list[str], max_trials: int | None, seed: int) -> None:
        """Begin with all of them."""
        self.records = {name: Record() for name in names}
        self._max_trials, self._taken = max_trials, 0
        self._random = np.random.default_rng(seed)

    def next(self, left: float) -> str | None:
        """Return the one whose turn it is.

        Args:
            left: Seconds of the budget.
        """
        if left <= 0 or (self._max_trials is not None and self._taken >= self._max_trials):
            return None
        able = {name: each for name, each in self.records.items() if each.seconds_of_best <= left}
        if not able:
            return None
        if untried := [name for name, each in able.items() if not each.spent]:
            return untried[0]
        if self._taken % 2:
            return min(able, key=lambda name: able[name].spent)
        best = min(each.loss for each in able.values())
        chances = 1 / np.array([each.cost_of_improvement(best) for each in able.values()])
        return [*able][self._random.choice(len(able), p=chances / chances.sum())]

    def leave_out(self, name: str) -> None:
        """Give it no more turns."""
        del self.records[name]

    def take(self, name: str, loss: float, seconds: float) -> float:
        """Take in a trial, and return its cost."""
        # Seconds are never twice the same; a trial is a trial.
        cost = seconds if self._max_trials is None else 1.0
        self.records[name].add(loss, cost, seconds)
        self._taken += 1
        return cost

    def take_for_granted(self, name: str) -> Self:
        """Take in a trial that is no improvement, before it is measured."""
        record = self.records[name]
        known = [each.loss for each in self.records.values() if np.isfinite(each.loss)]
        loss = record.loss if np.isfinite(record.loss) else max(known, default=0.0)
        self.take(name, loss, record.usual_cost)
        return self
