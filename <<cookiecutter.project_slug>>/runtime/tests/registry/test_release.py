"""The served version: gates, promotion, rollback, and unattended retraining."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from model_runtime.bundle.read import read_bundle
from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.registry.champion import promotions
from model_runtime.registry.client import ModelRegistry
from model_runtime.registry.promote import promote, rollback
from model_runtime.registry.retrain import LOCK, SUMMARY, retrain
from model_runtime.settings import Registry, Settings
from model_runtime.training.use_case import UseCase

from ..support.small_cases import FEATURES, case, customers, poor
from ..support.versions import QUIET, record, settings_for


def champion(settings: Settings) -> int | None:
    found = ModelRegistry(settings).champion()
    return found.number if found else None


def test_the_first_champion_has_only_the_thresholds_to_meet(settings: Settings) -> None:
    verdict = promote(case(), settings, ModelRegistry(settings), "latest")
    assert (verdict.number, verdict.comparison) == (2, None)
    assert champion(settings) == 2
    assert "already" in str(promote(case(), settings, ModelRegistry(settings), "latest"))


def test_a_version_that_is_worse_beyond_the_tolerance_is_not_promoted(settings: Settings) -> None:
    registry = ModelRegistry(settings)
    first, second = registry.find("1").metrics, registry.find("2").metrics
    loss = first["accuracy"] - second["accuracy"]
    assert loss > 0
    promote(case(), settings, registry, "1")
    strict = settings.model_copy(update={"registry": Registry(tolerance=loss * 0.9)})
    with pytest.raises(ProjectError, match=r"on the same hold-out.*not promoted"):
        promote(case(), strict, ModelRegistry(strict), "2")
    assert champion(settings) == 1
    mild = settings.model_copy(update={"registry": Registry(tolerance=loss * 1.1)})
    comparison = promote(case(), mild, ModelRegistry(mild), "2").comparison
    assert comparison is not None
    assert (comparison.champion, comparison.candidate) == pytest.approx(
        (first["accuracy"], second["accuracy"]), rel=1e-4
    )
    assert champion(settings) == 2


def test_a_metric_that_is_better_when_low_is_compared_so(settings: Settings) -> None:
    options = Registry(metric="log_loss", tolerance=0)
    low = settings.model_copy(update={"registry": options})
    by_loss = sorted(ModelRegistry(low).versions(), key=lambda each: each.metrics["log_loss"])
    better, worse = (str(version.number) for version in by_loss)
    promote(case(), low, ModelRegistry(low), better)
    with pytest.raises(ProjectError, match="not promoted"):
        promote(case(), low, ModelRegistry(low), worse)


@pytest.mark.parametrize(
    ("use_case", "sentence"),
    [
        (case(frame=customers(599)), "not those that version 2 learned from"),
        (case(frame=customers().drop(columns="age")), "'age' is in features.yaml but not"),
    ],
)
def test_without_the_rows_of_its_training_a_version_is_promoted_only_by_force(
    settings: Settings, use_case: UseCase, sentence: str
) -> None:
    registry = ModelRegistry(settings)
    promote(case(), settings, registry, "1")
    with pytest.raises(ProjectError, match=sentence):
        promote(use_case, settings, registry, "2")
    promote(use_case, settings, registry, "2", force=True)
    assert champion(settings) == 2


def test_versions_of_other_classes_are_not_compared(settings: Settings) -> None:
    promote(case(), settings, ModelRegistry(settings), "1")
    renamed = customers().assign(bought=lambda frame: frame["bought"].map({"no": "0", "yes": "1"}))
    fields = FEATURES.model_dump() | {"flags": {}}
    other = case(frame=renamed, features=Features.model_validate(fields))
    record(other, settings)
    with pytest.raises(ProjectError, match=r"as its classes .* can't be compared.*FORCE=1"):
        promote(other, settings, ModelRegistry(settings), "3")
    assert champion(settings) == 1


def test_another_split_than_that_of_its_training_is_noticed(settings: Settings) -> None:
    promote(case(), settings, ModelRegistry(settings), "1")
    seed = settings.training.model_copy(update={"seed": 7})
    other = settings.model_copy(update={"training": seed})
    with pytest.raises(ProjectError, match=r"training\.seed or training\.test_size changed"):
        promote(case(), other, ModelRegistry(other), "2")


def test_rollback_goes_back_step_by_step_and_a_broken_promotion_does_not_count(
    settings: Settings,
) -> None:
    registry = ModelRegistry(settings)
    with pytest.raises(ProjectError, match="is the champion yet; `make promote` makes one"):
        rollback(registry, FEATURES)
    promote(case(), settings, registry, "1")
    promote(case(), settings, registry, "2", force=True)
    promote(case(), settings, registry, "1")
    registry.client.set_registered_model_tag(registry.name, "promotions", "[1, 2, 1, 2]")
    assert promotions(registry) == [1, 2, 1]
    assert rollback(registry, FEATURES) == 2
    assert rollback(registry, FEATURES) == 1
    assert champion(settings) == 1
    with pytest.raises(ProjectError, match="was champion before"):
        rollback(registry, FEATURES)


@pytest.mark.slow
def test_retraining_promotes_what_is_better_and_keeps_the_bundle_else(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    fetched = []
    summary = retrain(case(poor), settings, QUIET, lambda: fetched.append(1)).read_text()
    assert fetched == [1]
    assert "**Promoted**" in summary
    assert "it is the first" in summary
    assert read_bundle(settings.paths.bundle).metadata.version == 1
    assert "**Promoted**" in retrain(case(), settings, QUIET).read_text()
    assert read_bundle(settings.paths.bundle).metadata.version == 2
    summary = retrain(case(poor), settings, QUIET).read_text()
    assert "**Not promoted**" in summary
    assert "Version 2 stays" in summary
    assert read_bundle(settings.paths.bundle).metadata.version == 2
    assert champion(settings) == 2
    assert len(ModelRegistry(settings).versions()) == 3


def test_a_retraining_that_fails_says_so_in_its_summary(settings: Settings) -> None:
    with pytest.raises(ProjectError, match="not in the data"):
        retrain(case(frame=customers().drop(columns="age")), settings, QUIET)
    summary = (settings.paths.registry / SUMMARY).read_text()
    assert "**Failed**" in summary
    assert "not in the data" in summary
    assert read_bundle(settings.paths.bundle).metadata.version == 2


def test_two_retrainings_at_once_are_impossible_and_a_crash_leaves_no_lock(
    settings: Settings,
) -> None:
    lock = settings.paths.registry / LOCK
    holding = "import fcntl, sys, time; f = open(sys.argv[1], 'a'); fcntl.flock(f, 2)"
    command = [
        sys.executable,
        "-c",
        f"{holding}; print('held', flush=True); time.sleep(60)",
        str(lock),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ProjectError, match="Another retraining is under way"):
            retrain(case(), settings, QUIET)
        assert len(ModelRegistry(settings).versions()) == 2
        os.kill(other.pid, signal.SIGKILL)
    retrain(case(), settings, QUIET)
    assert len(ModelRegistry(settings).versions()) == 3
