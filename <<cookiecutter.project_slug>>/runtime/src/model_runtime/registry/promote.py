"""Make a version the champion, if it passes its gates; or the one before it again."""

from dataclasses import dataclass

from ..bundle.self_test import self_test
from ..errors import ProjectError
from ..features import Features
from ..settings import Settings
from ..training.use_case import UseCase
from .champion import previous, restore_previous, set_champion
from .client import ModelRegistry
from .fetch import fetched
from .gates import Comparison, compare, hold_out


@dataclass(frozen=True)
class Verdict:
    """A version's comparison with the champion, as its gates came out."""

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
    use_case: UseCase, settings: Settings, registry: ModelRegistry, wanted: str, force: bool = False
) -> Verdict:
    """Hold a version against the thresholds and, unless `force`, against the champion.

    Raises:
        ProjectError: Its bundle is not whole or misses a threshold, or it can't be compared.
    """
    version, champion = registry.find(wanted), registry.champion()
    current = champion.number if champion else None
    with fetched(registry, version, use_case.features) as (_, bundle):
        self_test(bundle.engine(settings.training.trusted_types), bundle.schema, bundle.metadata)
        if champion is None or force or version.champion:
            return Verdict(version.number, current, None)
        held = hold_out(use_case, settings, bundle)
        # Thresholds that were raised since must not make the champion stay.
        with fetched(registry, champion, None) as (_, other):
            comparison = compare(bundle, other, held, settings)
    return Verdict(version.number, current, comparison)


def promote(
    use_case: UseCase, settings: Settings, registry: ModelRegistry, wanted: str, force: bool = False
) -> Verdict:
    """Make a version the champion.

    Args:
        use_case: For the hold-out's rows.
        settings: The metric and the tolerance.
        registry: Where the versions are.
        wanted: See `ModelRegistry.find`.
        force: Without the comparison with the champion; the thresholds hold all the same.

    Raises:
        ProjectError: It fails a gate; the champion stays.
    """
    verdict = judge(use_case, settings, registry, wanted, force)
    if verdict.comparison and not verdict.comparison.passed:
        raise ProjectError(f"{verdict} It is not promoted, and the champion stays.")
    if verdict.champion != verdict.number:
        set_champion(registry, verdict.number)
    return verdict


def promote_better(registry: ModelRegistry, verdict: Verdict) -> bool:
    """Make a judged version the champion, where it is better than the one there is, or the first.

    Returns:
        Whether it is the champion now.
    """
    if verdict.comparison and not verdict.comparison.better:
        return False
    set_champion(registry, verdict.number)
    return True


def rollback(registry: ModelRegistry, features: Features) -> int:
    """Make the version before the champion the champion again, if it can be served.

    Args:
        registry: Where the versions are.
        features: features.yaml, for the thresholds.

    Returns:
        Its number.
    """
    number = previous(registry)
    with fetched(registry, registry.find(str(number)), features):
        restore_previous(registry)
    return number
