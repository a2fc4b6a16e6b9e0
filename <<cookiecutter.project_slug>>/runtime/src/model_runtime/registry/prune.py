"""Versions that nobody needs any more, and their removal.

Each is removed step by step: first its tag `digest`, without which it counts as none, then the
files of its run, the run, and the version. What an interruption leaves is such a version, and the
next removal begins with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .champion import promotions
from .client import DIGEST, ModelRegistry, Version

_UNDER_WAY = {"RUNNING", "SCHEDULED"}


@dataclass(frozen=True)
class Plan:
    """The versions that would go, newest first, and the numbers of those that stay, with why."""

    gone: tuple[Version, ...]
    kept: dict[int, str]


@dataclass(frozen=True)
class Removed:
    """A version that is gone; `files` says whether those of its run are gone, too."""

    number: int
    files: bool


def plan(registry: ModelRegistry, keep: int, served: str = "") -> Plan:
    """Choose what goes: all but the newest, the best, the champion, and the one before it.

    What an alias or `serving.model` names stays, too. So does a version whose training is under
    way; a version that was never whole goes, where its training has ended.

    Args:
        registry: Where the versions are.
        keep: The number of the newest whole versions that stay.
        served: `serving.model`.
    """
    versions = registry.all_versions()
    kept = _kept(registry, [each for each in versions if DIGEST in each.tags], keep, served)
    others = (each for each in versions if each.number not in kept)
    return Plan(tuple(each for each in others if _ended(registry, each)), kept)


def prune(registry: ModelRegistry, keep: int, served: str, told: Plan) -> Iterator[Removed]:
    """Remove what a plan says, oldest first, and yield each version when it is gone.

    What has become needed since the plan was told stays.
    """
    now = plan(registry, keep, served)
    told_of, gone = {each.number for each in told.gone}, {each.number for each in now.gone}
    needed = {each.run_id for each in registry.all_versions() if each.number not in gone}
    for version in reversed(now.gone):
        if version.number in told_of:
            yield Removed(version.number, _remove(registry, version, version.run_id in needed))


def _kept(registry: ModelRegistry, whole: list[Version], keep: int, served: str) -> dict[int, str]:
    """Return the numbers of the versions that stay, and why."""
    reasons = {version.number: ", ".join(version.aliases) for version in whole if version.aliases}
    if len(champions := promotions(registry)) > 1:
        reasons.setdefault(champions[-2], "the champion before, for a rollback")
    metric = registry.settings.metric
    if any(metric in version.metrics for version in whole):
        reasons.setdefault(registry.find("best").number, f"the best {metric}")
    if served.isdecimal():
        reasons.setdefault(int(served), "serving.model")
    for version in whole[:keep]:
        reasons.setdefault(version.number, "among the newest")
    return {each.number: reasons[each.number] for each in whole if each.number in reasons}


def _ended(registry: ModelRegistry, version: Version) -> bool:
    """Say whether a version's training has ended; one with a digest has."""
    if DIGEST in version.tags:
        return True
    with registry.speaking():
        run = _run(registry, version.run_id)
    return run is None or run.status not in _UNDER_WAY


def _run(registry: ModelRegistry, run_id: str) -> Any:
    """Return a run's information; None where it is gone for ever, as by `mlflow gc`."""
    try:
        return registry.client.get_run(run_id).info
    except Exception as error:  # MLflow's own type is not imported before it is needed
        if getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise


def _remove(registry: ModelRegistry, version: Version, shared: bool) -> bool:
    """Remove a version, and its run unless one that stays shares it; say whether its files went."""
    name, number = registry.name, str(version.number)
    with registry.speaking():
        if DIGEST in version.tags:
            registry.client.delete_model_version_tag(name, number, DIGEST)
        files = not shared and _remove_run(registry, version.run_id)
        registry.client.delete_model_version(name, number)
    return files


def _remove_run(registry: ModelRegistry, run_id: str) -> bool:
    """Remove a run and its files; say whether their store can delete."""
    from mlflow.store.artifact.artifact_repo import ArtifactRepository
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    run = _run(registry, run_id)
    if run is None:
        return True
    files: Any = get_artifact_repository(run.artifact_uri, tracking_uri=registry.uri)
    # The base class's own does nothing, and says nothing.
    can_delete = type(files).delete_artifacts is not ArtifactRepository.delete_artifacts
    if can_delete:
        files.delete_artifacts()
    if run.lifecycle_stage != "deleted":
        registry.client.delete_run(run_id)
    return can_delete
