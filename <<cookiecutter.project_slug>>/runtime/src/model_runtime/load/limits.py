"""Limits that a run has to keep: the exit code, and the tests of its JUnit file."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..counts import counted
from .measured import Measured


@dataclass(frozen=True)
class Check:
    """A limit, what was found, and whether it is kept."""

    limit: str
    found: str
    is_kept: bool


@dataclass(frozen=True)
class Limits:
    """Limits that are set; of failures there is always one."""

    max_p99_ms: float | None = None
    min_rate: float | None = None
    max_failures: int = 0

    def checks(self, measured: Measured) -> Iterator[Check]:
        """Hold them against a run."""
        failed, rate = measured.failed, measured.rate
        most = f"at most {counted(self.max_failures, 'failed request')}"
        yield Check(most, f"{failed:,}", failed <= self.max_failures)
        # Where nothing is answered, no time is short.
        yield Check("any answer", f"{measured.answered:,}", measured.answered > 0)
        if self.min_rate is not None:
            least = f"at least {self.min_rate:,g} requests a second"
            yield Check(least, f"{rate:,.1f}", rate >= self.min_rate)
        if self.max_p99_ms is not None:
            p99 = measured.percentile(99) * 1000
            yield Check(
                f"p99 of at most {self.max_p99_ms:g} ms", f"{p99:.2f} ms", p99 <= self.max_p99_ms
            )
