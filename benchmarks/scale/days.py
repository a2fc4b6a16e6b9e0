"""The days of the page: for each mean rate what was asked, answered and used."""

import math
from dataclasses import dataclass

from .autoscaler import Autoscaler
from .day import DAY, Second, Setup, demand, play
from .pod import rate_at
from .sources import Sources

RATES = (1, 100, 10_000)
SEED = 1
SPARE = 1.25
"""The most pods that are allowed, beside those that the day's busiest second needs."""
HOURS = 730
"""In a month."""


@dataclass(frozen=True)
class Day:
    """A day at a mean rate: its seconds, and the most pods that were allowed."""

    rate: int
    most: int
    seconds: list[Second]

    @property
    def pods(self) -> float:
        """Pods on average."""
        return sum(each.pods for each in self.seconds) / DAY

    @property
    def peak(self) -> int:
        """Requests in the busiest second."""
        return max(each.requests for each in self.seconds)

    @property
    def refused(self) -> float:
        """The share of requests that was refused."""
        return sum(each.refused for each in self.seconds) / sum(
            each.requests for each in self.seconds
        )

    @property
    def slowest(self) -> float:
        """An answer's mean seconds in the slowest second."""
        return max(each.answer for each in self.seconds)


def pods_for(sources: Sources, rate: float) -> int:
    """Return how many pods answer some requests a second at the target, or the fewest allowed."""
    needed = math.ceil(rate / rate_at(sources.pod(), sources.target))
    return max(int(sources.deployment["replicas"]), needed)


def play_day(sources: Sources, rate: int) -> Day:
    """Simulate a day with the chart's values."""
    requests, deployment = demand(rate, SEED), sources.deployment
    most = pods_for(sources, SPARE * max(requests))
    waiting = int(sources.values["serving"]["max_in_flight"])
    setup = Setup(sources.pod(), sources.start_seconds, waiting, pods_for(sources, requests[0]))
    autoscaler = Autoscaler(sources.target, int(deployment["replicas"]), most)
    return Day(rate, most, play(requests, setup, autoscaler))
