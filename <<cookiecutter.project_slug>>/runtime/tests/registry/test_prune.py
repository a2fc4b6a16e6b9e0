"""Versions that nobody needs go; what is needed, or under way, stays."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from model_runtime.bundle.schema import Schema
from model_runtime.features import Feature
from model_runtime.registry.champion import set_champion
from model_runtime.registry.client import DIGEST, ModelRegistry
from model_runtime.registry.prune import plan, prune
from model_runtime.registry.record import Recording
from model_runtime.settings import Settings

from ..support.sample import PREFIX
from ..support.servers import mlflow_server
from ..support.versions import settings_for

pytestmark = pytest.mark.slow

METRIC = "metrics.accuracy"
FEATURE = Feature(name="x", type="number", min=0, max=1, example=0)
SCHEMA = Schema(task="regression", target="y", features=[FEATURE])


def add(registry: ModelRegistry, settings: Settings, accuracy: float) -> int:
    """Register a version with a file and a metric, as a training does but without one."""
    with Recording(registry, settings) as recording:
        number = recording.version(SCHEMA)
        run = registry.client.get_model_version(registry.name, str(number)).run_id
        registry.client.log_text(run, "{}", "bundle/metadata.json")
        registry.client.set_model_version_tag(registry.name, str(number), METRIC, str(accuracy))
        registry.client.set_model_version_tag(registry.name, str(number), DIGEST, f"of {number}")
    return number


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a registry of eight versions, see `filled`; no test changes it."""
    folder = tmp_path_factory.mktemp("many")
    filled(settings_for(folder))
    return folder


@pytest.fixture
def embedded(made: Path, tmp_path: Path) -> Settings:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return settings_for(tmp_path)


@pytest.fixture(params=["embedded", "server"])
def many(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    if request.param == "embedded":
        yield request.getfixturevalue("embedded")
        return
    with mlflow_server(tmp_path) as uri:
        yield filled(settings_for(tmp_path, uri=uri))


def filled(settings: Settings) -> Settings:
    """Make eight versions: 2 is the best, 3 and then 5 were promoted, 4 is staged."""
    registry = ModelRegistry(settings)
    for accuracy in (0.5, 0.9, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5):
        add(registry, settings, accuracy)
    set_champion(registry, 3)
    set_champion(registry, 5)
    registry.client.set_registered_model_alias(registry.name, "staging", "4")
    return settings


def numbers(registry: ModelRegistry) -> list[int]:
    return [version.number for version in registry.versions()]


def test_what_is_needed_stays_and_the_rest_goes_with_its_files(many: Settings) -> None:
    registry = ModelRegistry(many)
    told = plan(registry, 1)
    assert told.kept == {
        8: "among the newest",
        5: "champion",
        4: "staging",
        3: "the champion before, for a rollback",
        2: "the best accuracy",
    }
    assert [version.number for version in told.gone] == [7, 6, 1]
    runs = [version.run_id for version in told.gone]
    assert registry.client.list_artifacts(runs[0], "bundle")
    removed = [*prune(registry, 1, "", told)]
    assert [(each.number, each.files) for each in removed] == [(1, True), (6, True), (7, True)]
    assert numbers(registry) == [8, 5, 4, 3, 2]
    for run in runs:
        assert registry.client.get_run(run).info.lifecycle_stage == "deleted"
        assert registry.client.list_artifacts(run) == []
    assert registry.client.list_artifacts(registry.find("8").run_id, "bundle")
    assert plan(registry, 1).gone == ()


def test_what_became_needed_while_the_question_stood_stays(embedded: Settings) -> None:
    registry = ModelRegistry(embedded)
    told = plan(registry, 1, "6")
    assert told.kept[6] == "serving.model"
    assert [version.number for version in told.gone] == [7, 1]
    set_champion(registry, 7)
    assert [each.number for each in prune(registry, 1, "6", told)] == [1]
    assert 7 in numbers(registry)


def test_what_an_interruption_left_counts_as_none_and_goes_next(embedded: Settings) -> None:
    registry = ModelRegistry(embedded)
    left, under_way, lost = (registry.find(number) for number in ("1", "6", "7"))
    for version in (left, under_way, lost):
        registry.client.delete_model_version_tag(registry.name, str(version.number), DIGEST)
    registry.client.delete_run(left.run_id)
    registry.client._tracking_client.store._hard_delete_run(lost.run_id)  # as `mlflow gc` does
    registry.client.update_run(under_way.run_id, status="RUNNING")
    assert 1 not in numbers(registry)
    told = plan(registry, 3)
    assert [version.number for version in told.gone] == [7, 1]
    assert [each.number for each in prune(registry, 3, "", told)] == [1, 7]
    assert [version.number for version in registry.all_versions()] == [8, 6, 5, 4, 3, 2]


def command(folder: Path, *options: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "model_runtime", "prune", *options],
        env=os.environ | {f"{PREFIX}PATHS__REGISTRY": str(folder / "registry"), "COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_command_lists_asks_and_can_be_interrupted(embedded: Settings, tmp_path: Path) -> None:
    with command(tmp_path, "--keep", "1") as asking:
        told, _ = asking.communicate(timeout=240)
    assert asking.returncode == 1, told
    assert "version 5 stays: champion" in told
    assert "Remove 3 for ever? Nobody can answer here; say it before: YES=1." in told
    assert numbers(ModelRegistry(embedded)) == [8, 7, 6, 5, 4, 3, 2, 1]
    with command(tmp_path, "--keep", "1", "--yes") as removing:
        assert removing.stdout is not None
        for line in removing.stdout:
            if line.startswith("version 1 is gone"):
                removing.send_signal(signal.SIGINT)
        assert removing.wait(240) in {0, 128 + signal.SIGINT}
    registry = ModelRegistry(embedded)
    assert {8, 5, 4, 3, 2} <= {*numbers(registry)} <= {8, 7, 6, 5, 4, 3, 2}
    for _ in prune(registry, 1, "", plan(registry, 1)):
        pass
    assert [version.number for version in registry.all_versions()] == [8, 5, 4, 3, 2]
