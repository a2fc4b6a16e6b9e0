"""Versions in the registry: recorded, listed, fetched, refused. In MLflow's own files, for real."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from model_runtime.bundle.metadata import digest
from model_runtime.bundle.read import read_bundle
from model_runtime.bundle.write import new_bundle
from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.registry.client import DIGEST, ModelRegistry
from model_runtime.registry.fetch import fetch
from model_runtime.registry.promote import promote, rollback
from model_runtime.registry.record import Recording
from model_runtime.registry.table import versions_table
from model_runtime.settings import Registry, Settings

from ..support.listing import names
from ..support.sample import PREFIX
from ..support.sealed_parts import flip_a_byte
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


@pytest.mark.parametrize(
    ("wanted", "number"), [("latest", 2), ("best", 1), ("1", 1), ("2", 2), ("@champion", 1)]
)
def test_a_version_is_fetched_by_each_of_its_names(
    settings: Settings, wanted: str, number: int
) -> None:
    promote(case(), settings, ModelRegistry(settings), "1")
    assert fetch(ModelRegistry(settings), wanted, settings, FEATURES).version == number
    assert read_bundle(settings.paths.bundle).metadata.version == number


def test_best_is_by_the_metric_and_direction_in_config_yaml(settings: Settings) -> None:
    changed = Registry(metric="log_loss")
    lowest = settings.model_copy(update={"registry": changed})
    versions = ModelRegistry(lowest).versions()
    best = min(versions, key=lambda version: version.metrics["log_loss"])
    assert ModelRegistry(lowest).find("best") == best
    assert ModelRegistry(settings).find("best").number == 1


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("3", "has no whole version 3"),
        ("@champion", "No version of .* has the alias @champion"),
        ("newest", "'newest' is no version"),
        ("-1", "'-1' is no version"),
    ],
)
def test_a_version_that_is_not_there_is_a_sentence_and_the_bundle_stays(
    settings: Settings, wanted: str, sentence: str
) -> None:
    with pytest.raises(ProjectError, match=sentence):
        fetch(ModelRegistry(settings), wanted, settings, FEATURES)
    assert read_bundle(settings.paths.bundle).metadata.version == 2


def test_an_unreachable_server_is_a_sentence_soon_and_the_bundle_stays(settings: Settings) -> None:
    nobody = Registry(uri="http://user:secret@127.0.0.1:9")
    away = settings.model_copy(update={"registry": nobody})
    start = time.monotonic()
    with pytest.raises(ProjectError, match="whether its server is up") as refused:
        fetch(ModelRegistry(away), "latest", away, FEATURES)
    assert "secret" not in str(ModelRegistry(away))
    assert "secret" not in str(refused.value)
    assert time.monotonic() - start < 30
    assert read_bundle(settings.paths.bundle).metadata.version == 2


def damage_the_model(folder: Path) -> None:
    flip_a_byte(next(folder.glob("model.*")))


def rewrite(**fields: Any) -> Callable[[Path], None]:
    """Return what changes the metadata and makes them consistent again."""

    def change(folder: Path) -> None:
        file = folder / "metadata.json"
        changed = json.loads(file.read_text("utf-8")) | fields
        file.write_text(json.dumps(changed | {"digest": digest(changed)}), "utf-8")

    return change


BAD = {
    "flipped byte": (damage_the_model, "differs from its SHA-256"),
    "another template": (rewrite(template="99.0.0"), "99.0.0"),
    "below its gate": (rewrite(thresholds={"accuracy": ">= 0.999"}), "has to be >= 0.999"),
    "another version": (rewrite(version=7), "version 7"),
    "changed since": (rewrite(description="other"), "was changed since"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_bundle_is_refused_at_fetch_promote_and_rollback(
    settings: Settings, bad: str
) -> None:
    spoil, sentence = BAD[bad]
    registry = ModelRegistry(settings)
    promote(case(), settings, registry, "1")
    promote(case(), settings, registry, "2", force=True)
    fetch(registry, "2", settings, FEATURES)
    first = registry.find("1")
    stored = registry.folder / "artifacts" / first.run_id / "artifacts" / "bundle"
    spoil(stored)
    if bad != "changed since":  # as if it had been registered so
        found = json.loads((stored / "metadata.json").read_text("utf-8"))["digest"]
        registry.client.set_model_version_tag(registry.name, "1", DIGEST, found)
    for attempt in (
        lambda: fetch(registry, "1", settings, FEATURES),
        lambda: promote(case(), settings, registry, "1", force=True),
        lambda: rollback(registry, FEATURES),
    ):
        with pytest.raises(ProjectError, match=sentence):
            attempt()
    assert read_bundle(settings.paths.bundle).metadata.version == 2
    champion = registry.champion()
    assert champion is not None
    assert champion.number == 2


def test_thresholds_that_were_raised_since_refuse_older_versions(settings: Settings) -> None:
    asks = Features.model_validate(FEATURES.model_dump() | {"thresholds": {"accuracy": ">= 0.99"}})
    with pytest.raises(ProjectError, match=r"features\.yaml asks now: accuracy is"):
        fetch(ModelRegistry(settings), "latest", settings, asks)
    with pytest.raises(ProjectError, match=r"features\.yaml asks now: accuracy is"):
        promote(case(features=asks), settings, ModelRegistry(settings), "latest")


def test_a_bundle_that_was_not_registered_is_not_overwritten_half(settings: Settings) -> None:
    present = read_bundle(settings.paths.bundle)

    with (
        pytest.raises(ProjectError, match=r"can't be written .no space"),
        new_bundle(settings.paths.bundle, present),
    ):
        raise OSError("no space left on device")
    assert read_bundle(settings.paths.bundle).metadata == present.metadata


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
def test_a_registry_whose_making_was_killed_is_made_anew(tmp_path: Path) -> None:
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


@pytest.mark.slow
def test_a_version_is_fetched_without_anything_of_training() -> None:
    code = "import sys, model_runtime.registry.__main__\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    modules = loaded.stdout.split()
    assert "model_runtime.registry.fetch" in modules
    assert [name for name in modules if name.startswith("model_runtime.training")] == []
    assert {"pandas", "sklearn", "mlflow"} & set(modules) == set()
