"""Versions in the registry: recorded and listed. In MLflow's own files, for real."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from model_runtime.bundle.read import read_bundle
from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.registry.client import DIGEST, ModelRegistry
from model_runtime.registry.embedded import open_embedded
from model_runtime.registry.promote import promote
from model_runtime.registry.record import Recording
from model_runtime.registry.table import versions_table
from model_runtime.settings import Registry, Settings

from ..support.listing import names
from ..support.sample import PREFIX
from ..support.small_cases import FEATURES, case, customers
from ..support.versions import record, settings_for


def test_a_run_is_recorded_with_parameters_metrics_reports_and_its_version(
    two_versions: Path,
) -> None:
    registry = ModelRegistry(settings_for(two_versions))
    newest, oldest = registry.versions()
    assert (newest.number, oldest.number) == (2, 1)
    metadata = read_bundle(two_versions / "model_bin").metadata
    assert metadata.version == 2
    assert newest.metrics == pytest.approx(metadata.metrics, rel=1e-5)
    assert (newest.tags["uuid"], newest.tags[DIGEST]) == (str(metadata.uuid), metadata.digest)
    run = registry.client.get_run(newest.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics == pytest.approx(metadata.metrics)
    assert run.data.params["training.seed"] == "42"
    assert run.data.params["estimator"] == "LogisticRegression"
    assert run.data.params["estimator.C"] == "1e-06"
    assert run.data.tags["data.sha256"] == metadata.data.sha256
    assert run.data.tags["library.scikit-learn"] == metadata.libraries["scikit-learn"]
    reports = {file.path for file in registry.client.list_artifacts(newest.run_id, "reports")}
    assert {"reports/model-card.md", "reports/metrics.json"} < reports
    assert any(name.endswith(".png") for name in reports)


def test_a_training_that_failed_leaves_no_version_and_says_why(settings: Settings) -> None:
    registry, schema = ModelRegistry(settings), read_bundle(settings.paths.bundle).schema
    with pytest.raises(ProjectError, match="not in the data"):
        record(case(frame=customers().drop(columns="age")), settings)
    with pytest.raises(RuntimeError), Recording(registry, settings) as recording:
        assert recording.version(schema) == 3
        raise RuntimeError("the machine is gone")
    assert [version.number for version in registry.versions()] == [2, 1]
    experiment = registry.client.get_experiment_by_name(registry.name).experiment_id
    failed = registry.client.search_runs([experiment], "attributes.status = 'FAILED'")
    assert "the machine is gone" in failed[0].data.tags["failure"]
    assert "not in the data" in failed[1].data.tags["failure"]
    assert record(case(), settings) == 4


def test_a_model_that_misses_its_thresholds_is_recorded_but_no_version(settings: Settings) -> None:
    asks = Features.model_validate(FEATURES.model_dump() | {"thresholds": {"accuracy": ">= 0.99"}})
    with pytest.raises(ProjectError, match="misses its thresholds"):
        record(case(features=asks), settings)
    registry = ModelRegistry(settings)
    assert len(registry.versions()) == 2
    experiment = registry.client.get_experiment_by_name(registry.name).experiment_id
    (run, *_) = registry.client.search_runs([experiment])
    assert "accuracy is" in run.data.tags["thresholds_missed"]


def test_best_is_by_the_metric_and_direction_in_config_yaml(settings: Settings) -> None:
    changed = Registry(metric="log_loss")
    lowest = settings.model_copy(update={"registry": changed})
    versions = ModelRegistry(lowest).versions()
    best = min(versions, key=lambda version: version.metrics["log_loss"])
    assert ModelRegistry(lowest).find("best") == best
    assert ModelRegistry(settings).find("best").number == 1


@pytest.mark.slow
def test_two_who_use_a_registry_for_the_first_time_at_once_do_not_meet(tmp_path: Path) -> None:
    use = "from model_runtime.registry.client import ModelRegistry; "
    use += "from model_runtime.settings import read_settings; "
    use += "ModelRegistry(read_settings()).versions()"
    command = [sys.executable, "-c", use]
    where = os.environ | {f"{PREFIX}PATHS__REGISTRY": str(tmp_path / "registry")}
    users = [subprocess.Popen(command, stderr=subprocess.PIPE, env=where) for _ in range(2)]
    said = [user.communicate()[1].decode() for user in users]
    assert [user.returncode for user in users] == [0, 0], said
    assert (tmp_path / "registry" / "mlflow.db").is_file()


@pytest.mark.slow
def test_a_registry_whose_making_was_killed_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model_runtime.registry.client.open_embedded", open_embedded)
    settings = settings_for(tmp_path)
    settings.paths.registry.mkdir()
    half = settings.paths.registry / ".mlflow.db.part"
    journal = half.with_name(f"{half.name}-journal")
    with closing(sqlite3.connect(half)) as database:
        database.execute("CREATE TABLE _alembic_tmp_tags (name TEXT)")
        database.execute("INSERT INTO _alembic_tmp_tags VALUES ('half')")
        under_way = journal.read_bytes()
    journal.write_bytes(under_way)
    assert ModelRegistry(settings).versions() == []
    assert [name for name in names(settings.paths.registry) if ".part" in name] == []


def test_a_version_is_listed_with_all_its_aliases(settings: Settings) -> None:
    registry = ModelRegistry(settings)
    promote(case(), settings, registry, "2")
    registry.client.set_registered_model_alias(registry.name, "staging", "2")
    console = Console(width=200)
    with console.capture() as shown:
        console.print(versions_table(registry))
    assert "champion, staging" in shown.get()
    assert registry.find("@staging").number == 2
