"""Answers as they come: counted, and their times in a histogram, which doesn't grow."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

SHARES = (50.0, 90.0, 95.0, 99.0, 99.9)
"""Percentiles that are told."""

_SHORTEST, _LONGEST, _STEP = 1e-5, 1e3, 1.01
_EDGES = np.geomspace(
    _SHORTEST, _LONGEST, int(np.log(_LONGEST / _SHORTEST) / np.log(_STEP)), dtype=np.float64
)
"""Seconds; a percentile is right to a hundredth of itself."""


@dataclass(frozen=True)
class Window:
    """A stretch of the run, from `at` seconds after its start on."""

    at: float
    seconds: float
    answered: int
    failed: int
    percentiles: list[float]

    @property
    def rate(self) -> float:
        """Requests answered a second."""
        return self.answered / self.seconds

    def figures(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        about = {"at": round(self.at, 1), "rate": round(self.rate, 1), "failed": self.failed}
        return about | {"milliseconds": _milliseconds(self.percentiles)}


@dataclass
class Measured:
    """A run, as far as it has come; `cpu` is the share of a core that the users themselves took."""

    counts: npt.NDArray[np.int64] = field(
        default_factory=lambda: np.zeros(len(_EDGES) + 1, np.int64)
    )
    windows: list[Window] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    seconds: float = 0
    longest: float = 0
    cpu: float = 0

    @property
    def answered(self) -> int:
        """The number of requests that were answered with 200."""
        return int(self.counts.sum())

    @property
    def failed(self) -> int:
        """The number of requests that were not."""
        return self.failures.total()

    @property
    def rate(self) -> float:
        """Requests answered a second."""
        return self.answered / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Return the seconds within which a share (of 100) of the answers came."""
        reached = int(np.searchsorted(np.cumsum(self.counts), self.answered * share / 100))
        return min(float(_EDGES[min(reached, len(_EDGES) - 1)]), self.longest)

    def line(self) -> str:
        """Return it in a few words."""
        p50, p99 = self.percentile(50) * 1000, self.percentile(99) * 1000
        return (
            f"{self.rate:,.0f} answers a second, p50 {p50:.1f} ms, p99 {p99:.1f} ms, "
            f"{self.failed:,} of {self.answered + self.failed:,} failed"
        )

    def figures(self) -> dict[str, Any]:
        """Return all of it as JSON has it."""
        times = _milliseconds([self.percentile(share) for share in SHARES])
        return {
            "answered": self.answered,
            "failed": self.failed,
            "failures": dict(self.failures.most_common()),
            "seconds": round(self.seconds, 3),
            "rate": round(self.rate, 1),
            "milliseconds": times | {"longest": round(self.longest * 1000, 3)},
            "cpu_of_the_load_test": round(self.cpu, 3),
            "windows": [window.figures() for window in self.windows],
        }


class Watch:
    """Notes each answer; `close` ends a window and adds it to what was measured."""

    def __init__(self) -> None:
        """Begin."""
        self.measured = Measured()
        self.begun = self._since = time.perf_counter()
        self._cpu = time.process_time()
        self._times: list[float] = []
        self._failed = 0
        self.answered = self._times.append

    def failed(self, reason: str) -> None:
        """Note a request that got no answer, or another than 200."""
        self._failed += 1
        self.measured.failures[reason] += 1

    def close(self) -> None:
        """End a window."""
        now, found = time.perf_counter(), self.measured
        times, failed = np.array(self._times), self._failed
        self._times.clear()
        self._failed = 0
        found.counts += np.bincount(np.searchsorted(_EDGES, times), minlength=len(_EDGES) + 1)
        found.longest = max(found.longest, float(times.max(initial=0)))
        shares = np.percentile(times, SHARES).tolist() if len(times) else [0.0] * len(SHARES)
        at, since = self._since - self.begun, now - self._since
        found.windows.append(Window(at, since, len(times), failed, shares))
        found.seconds = now - self.begun
        found.cpu = (time.process_time() - self._cpu) / found.seconds
        self._since = now


def _milliseconds(percentiles: list[float]) -> dict[str, float]:
    named = zip(SHARES, percentiles, strict=True)
    return {f"p{share:g}": round(seconds * 1000, 3) for share, seconds in named}
