"""A soak: a service of the bundle under steady load for a long time, which must change nothing."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from ..progress import Progress
from ..settings import Settings
from ..testing.keys import temporary_key
from ..testing.service import running
from .limits import Check, Limits
from .measured import SHARES, Measured
from .resident import Samples, watching
from .run import Load, run
from .target import Target, find_target

SHARE = 0.7
"""Of the greatest rate, as it is measured at first."""

MOST_GROWTH = 0.02
MOST_P99 = 1.5
"""Of the times' p99: in the last third at most so many times that of the first."""

_AT_MOST_S = 20
_SAMPLES = 100
_TENTH = 0.1
_P99 = SHARES.index(99.0)


@dataclass(frozen=True)
class Soaked:
    """The load and its findings; `greatest` is the rate without a limit."""

    target: Target
    load: Load
    greatest: float
    measured: Measured
    memory: Samples

    def checks(self) -> Iterator[Check]:
        """Hold it against what a soak has to be like."""
        yield from Limits(min_rate=0.95 * self.load.rate).checks(self.measured)
        grown = growth([megabytes for _, megabytes in self.memory])
        most = f"memory grows by at most {MOST_GROWTH:.0%}"
        yield Check(most, f"{grown:+.2%}", grown <= MOST_GROWTH)
        windows = self.measured.windows[:-1] or self.measured.windows
        times = drift([window.percentiles[_P99] for window in windows])
        most = f"p99 of the last third at most {MOST_P99:g} times that of the first"
        yield Check(most, f"{times:.2f} times", times <= MOST_P99)

    def about(self) -> dict[str, str]:
        """Return it as a report has it."""
        rate = f"{SHARE:.0%} of {self.greatest:,.0f} a second, the most that were answered"
        return self.target.about() | self.load.about() | {"requests": rate}


def growth(values: Sequence[float]) -> float:
    """Return by what share the last tenth is above the second one; the first is warming up."""
    tenth = max(1, int(len(values) * _TENTH))
    first, last = median(values[tenth : 2 * tenth] or values), median(values[-tenth:])
    return last / first - 1


def drift(values: Sequence[float]) -> float:
    """Return how many times the first third the last one is, by their medians."""
    third = max(1, len(values) // 3)
    return median(values[-third:]) / median(values[:third])


def soak(settings: Settings, users: int, seconds: int, progress: Progress) -> Soaked:
    """Start a service of the bundle, find its greatest rate, and load it for long with less.

    Args:
        settings: Whose bundle is served.
        users: Connections at once.
        seconds: For how long.
        progress: Shows the two steps.

    Raises:
        ProjectError: See `resident_megabytes` and `find_target`.
    """
    # The log of some million predictions is written, as ever, and kept by nobody.
    key, variables = temporary_key(settings)
    with running(settings.paths.bundle, Path(os.devnull), **variables) as service:
        service.wait("/readyz")
        target = find_target(service.url, key, 1, settings, settings.training.seed)
        with progress.step("greatest") as step:
            greatest = run(target, Load(users, min(seconds, _AT_MOST_S)))
            step.found = greatest.line()
        load = Load(users, seconds, SHARE * greatest.rate)
        with (
            progress.step("soak") as step,
            watching(service.process.pid, seconds / _SAMPLES) as memory,
        ):
            measured = run(target, load)
            step.found = measured.line()
    return Soaked(target, load, greatest.rate, measured, memory)
