"""A pod as a queue: requests that wait together are answered by one call, as the service does.

A call for k requests takes first + k * each seconds of a core, fitted to measured rates (`fit`): a
queue with bulk service (N. Bailey, On queueing processes with bulk service, J. R. Stat. Soc. B 16,
1954), simulated by its events. With calls of one request it is M/D/1, whose mean wait is
Pollaczek's and Khinchine's (`wait_one_by_one`), and a test holds the simulation against it.
"""

import random
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

LOADS = (0.001, 0.02, *(k / 20 for k in range(1, 20)), 0.97)
"""Shares of a pod's capacity at which it is simulated."""


@dataclass(frozen=True)
class Pod:
    """One process on a share of a core: seconds of a core, and requests in a call at most."""

    first: float
    each: float
    most: int
    share: float = 1.0

    def seconds(self, together: int) -> float:
        """Return how long a call for some requests takes."""
        return (self.first + self.each * together) / self.share

    @property
    def capacity(self) -> float:
        """Requests a second above which a queue grows."""
        return self.most / self.seconds(self.most)


def fit(rates: Mapping[int, float], share: float = 1.0) -> Pod:
    """Return the pod whose rates with the fewest and the most connections are the measured ones.

    Args:
        rates: Connections, each of which always waits for an answer -> answers a second on a core.
        share: The share of a core that the pod has.
    """
    least, most = min(rates), max(rates)
    few, many = least / rates[least], most / rates[most]
    each = (many - few) / (most - least)
    return Pod(few - least * each, each, most, share)


@dataclass(frozen=True)
class Asked:
    """A pod at some requests a second: share of the time at work; seconds of an answer."""

    rate: float
    busy: float
    mean: float
    p99: float


def simulate(pod: Pod, rate: float, requests: int, seed: int = 0) -> Asked:
    """Ask a pod at random moments (a Poisson process), and let it answer."""
    draw = random.Random(seed)  # noqa: S311
    arrivals = list(accumulate(draw.expovariate(rate) for _ in range(requests)))
    times: list[float] = []
    free = busy = 0.0
    while len(times) < requests:
        first = len(times)
        start = max(free, arrivals[first])
        last = min(bisect_right(arrivals, start, first), first + pod.most)
        busy += pod.seconds(last - first)
        free = start + pod.seconds(last - first)
        times += [free - arrival for arrival in arrivals[first:last]]
    p99 = sorted(times)[int(0.99 * requests)]
    return Asked(rate, min(1.0, busy / free), sum(times) / requests, p99)


@lru_cache
def curve(pod: Pod, requests: int = 20_000) -> list[Asked]:
    """Return a pod at each of LOADS, simulated."""
    return [simulate(pod, load * pod.capacity, requests) for load in LOADS]


def at(pod: Pod, rate: float) -> Asked:
    """Return a pod at a rate up to its capacity, between two of those that were simulated."""
    points = curve(pod)
    k = min(max(bisect_right([point.rate for point in points], rate), 1), len(points) - 1)
    low, high = points[k - 1], points[k]
    part = min(max((rate - low.rate) / (high.rate - low.rate), 0.0), 1.0)

    def between(name: str) -> float:
        return float(getattr(low, name) + part * (getattr(high, name) - getattr(low, name)))

    busy = between("busy") if rate > low.rate else low.busy * rate / low.rate
    return Asked(rate, busy, between("mean"), between("p99"))


def rate_at(pod: Pod, busy: float) -> float:
    """Return the requests a second at which a pod is at work for a share of the time."""
    low, high = 0.0, pod.capacity * LOADS[-1]
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if at(pod, middle).busy < busy else (low, middle)
    return low


def wait_one_by_one(rate: float, seconds: float) -> float:
    """Return the mean wait in M/D/1: Pollaczek's and Khinchine's formula for a constant service.

    D. Gross et al., Fundamentals of Queueing Theory, 4th edition, 2008, section 5.1.
    """
    load = rate * seconds
    if not 0 <= load < 1:
        raise ValueError(f"a load of {load:.3g} has no mean wait")
    return load * seconds / (2 * (1 - load))
