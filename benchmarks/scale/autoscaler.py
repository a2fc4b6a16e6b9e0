"""Kubernetes' HorizontalPodAutoscaler for CPU, as its documentation says what it does.

https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/, of 2026-11: a decision
each 15 s; ceil(pods * utilisation / target), but none within a tenth of the target; pods that are
not ready count as idle where more are wanted. At once up, by at most four pods or as many as there
are in 15 s; down to the most that was wanted in the last five minutes.
"""

import math
from collections import deque
from dataclasses import dataclass, field

SYNC_SECONDS = 15
TOLERANCE = 0.1
DOWN_SECONDS = 300
MORE_PODS, MORE_TIMES = 4, 2


@dataclass
class Autoscaler:
    """Its settings, and the pods that were wanted of late."""

    target: float
    least: int
    most: int
    wanted: deque[tuple[float, int]] = field(default_factory=deque)

    def decide(self, time: float, utilisation: float, ready: int, unready: int = 0) -> int:
        """Return how many pods there should be.

        Args:
            time: In seconds.
            utilisation: Of the ready pods, on average, as a share of the CPU that they request.
            ready: Pods that have a utilisation.
            unready: Pods that have started, but are not ready.
        """
        pods = ready + unready
        wanted = self._bounded(self._by_utilisation(utilisation, ready, unready))
        self.wanted.append((time, wanted))
        while self.wanted[0][0] <= time - DOWN_SECONDS:
            self.wanted.popleft()
        if wanted > pods:
            return min(wanted, max(pods + MORE_PODS, pods * MORE_TIMES))
        return self._bounded(min(pods, max(number for _, number in self.wanted)))

    def _by_utilisation(self, utilisation: float, ready: int, unready: int) -> int:
        pods, ratio = ready + unready, utilisation / self.target
        if not ready or abs(ratio - 1) <= TOLERANCE:
            return pods
        if ratio < 1 or not unready:
            return math.ceil(ratio * ready)
        damped = ratio * ready / pods
        return pods if damped <= 1 + TOLERANCE else math.ceil(damped * pods)

    def _bounded(self, pods: int) -> int:
        return max(self.least, min(self.most, pods))
