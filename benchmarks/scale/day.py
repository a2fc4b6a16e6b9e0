"""A day of requests, second by second: pods as queues, and the autoscaler that adds and ends them.

A fluid queue: in a second as many requests come as a Poisson process brings, are spread evenly over
the ready pods, and what these can't answer waits for the next one, up to the predictions in
progress that a pod takes (serving.max_in_flight); the rest is refused. Within a second answers take
what a pod at that rate takes (pod.py).
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from .autoscaler import SYNC_SECONDS, Autoscaler
from .pod import Pod, at

DAY = 24 * 60 * 60
SURGE = (20 * 3600, 20 * 3600 + 900)
"""Seconds of the day in which twice as many come, from one second to the next."""


@dataclass(frozen=True)
class Second:
    """A second of the day: requests, those refused, pods, their CPU, an answer's mean seconds."""

    requests: int
    refused: float
    ready: int
    pods: int
    utilisation: float
    answer: float


def demand(mean: float, seed: int) -> list[int]:
    """Return how many requests come in each second of a day with some a second on average."""
    draw = random.Random(seed)  # noqa: S311
    shapes = [_shape(second) for second in range(DAY)]
    scale = mean * DAY / sum(shapes)
    return [_poisson(scale * shape, draw) for shape in shapes]


def _shape(second: int) -> float:
    """Return more by day than by night, most after noon; and the surge in the evening."""
    hour = 2 * math.pi * second / DAY
    curve = 1 + 0.7 * math.sin(hour - 2 * math.pi * 8 / 24) + 0.15 * math.sin(2 * hour)
    return curve * (2 if SURGE[0] <= second < SURGE[1] else 1)


def _poisson(mean: float, draw: random.Random) -> int:
    if mean > 50:
        return max(0, round(draw.gauss(mean, math.sqrt(mean))))
    count, product, end = 0, draw.random(), math.exp(-mean)
    while product > end:
        count, product = count + 1, product * draw.random()
    return count


@dataclass(frozen=True)
class Setup:
    """A deployment: its pods, seconds until one is ready, predictions it takes, pods at first."""

    pod: Pod
    start_seconds: float
    most_waiting: int
    pods: int


def play(requests: Sequence[int], setup: Setup, autoscaler: Autoscaler) -> list[Second]:
    """Let a deployment answer a day's requests."""
    pods, starting, waiting = setup.pods, list[float](), 0.0
    seconds: list[Second] = []
    for now, came in enumerate(requests):
        starting = [ready for ready in starting if ready > now]
        ready = pods - len(starting)
        capacity = ready * setup.pod.capacity
        answered = min(waiting + came, capacity)
        left = waiting + came - answered
        waiting = min(left, float(ready * setup.most_waiting))
        asked = at(setup.pod, answered / ready)
        busy = 1.0 if waiting else asked.busy
        answer = asked.mean + waiting / capacity
        seconds.append(Second(came, left - waiting, ready, pods, busy, answer))
        if (now + 1) % SYNC_SECONDS == 0:
            of_late = [each.utilisation for each in seconds[-SYNC_SECONDS:]]
            used = sum(of_late) / len(of_late)
            wanted = autoscaler.decide(now, used, ready, len(starting))
            starting = starting[: max(0, len(starting) + min(0, wanted - pods))]
            starting += [now + setup.start_seconds] * (wanted - pods)
            pods = wanted
    return seconds
