"""Make a version the champion, if it passes its gates; or the one before it again."""

from dataclasses import dataclass

from ..bundle.self_test import self_test
from ..errors import ProjectError
from ..features import Features
from ..registry.champion import before, crown, step_back
from ..registry.client import Registry
from ..registry.fetch import fetched
from ..settings import Settings
from ..training.use_case import UseCase
from .gates import Comparison, compare, hold_out


@dataclass(frozen=True)
class Verdict:
    """The gates' verdict on a version."""

    number: int
    champion: int | None
    comparison: Comparison | None

    def __str__(self) -> str:
        """Say it in a sentence."""
        if self.champion == self.number:
            return f"Version {self.number} is the champion already."
        if self.champion is None:
            return f"Version {self.number} is measured against no champion: it is the first."
        if self.comparison is None:
            return f"Version {self.number} was not compared with version {self.champion}."
        return f"Version {self.number} has {self.comparison}, version {self.champion}."


def judge(
    use_case: UseCase, settings: Settings, registry: Registry, wanted: str, alone: bool = False
) -> Verdict:
    """Hold a version against the thresholds and, unless `alone`, against the champion.

    Raises:
        ProjectError: Its bundle is not whole or misses a threshold, or it can't be compared.
    """
    version, champion = registry.find(wanted), registry.champion()
    present = champion.number if champion else None
    with fetched(registry, version, use_case.features) as (_, bundle):
        self_test(bundle.engine(settings.training.trusted_types), bundle.schema, bundle.metadata)
        if champion is None or alone or version.champion:
            return Verdict(version.number, present, None)
        held = hold_out(use_case, settings, bundle)
        # Thresholds that were raised since must not make the champion stay.
        with fetched(registry, champion, None) as (_, other):
            comparison = compare(bundle, other, held, settings)
    return Verdict(version.number, present, comparison)


def promote(
    use_case: UseCase, settings: Settings, registry: Registry, wanted: str, alone: bool = False
) -> Verdict:
    """Make a version the champion.

    Args:
        use_case: For the hold-out's rows.
        settings: The metric, its direction and the tolerance.
        registry: Where the versions are.
        wanted: See `Registry.find`.
        alone: Without the comparison with the champion; the thresholds hold all the same.

    Raises:
        ProjectError: It fails a gate; the champion stays.
    """
    verdict = judge(use_case, settings, registry, wanted, alone)
    if verdict.comparison and not verdict.comparison.passed:
        raise ProjectError(f"{verdict} It is not promoted, and the champion stays.")
    if verdict.champion != verdict.number:
        crown(registry, verdict.number)
    return verdict


def rollback(registry: Registry, features: Features) -> int:
    """Make the version before the champion the champion again, if it can be served.

    Args:
        registry: Where the versions are.
        features: features.yaml, for the thresholds.

    Returns:
        Its number.
    """
    number = before(registry)
    with fetched(registry, registry.find(str(number)), features):
        step_back(registry)
    return number
