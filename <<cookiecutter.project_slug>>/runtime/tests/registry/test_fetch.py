"""Versions are fetched from the registry, in MLflow's own files, for real; a bad one is refused."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model_runtime.bundle.metadata import digest
from model_runtime.bundle.read import read_bundle
from model_runtime.bundle.write import new_bundle
from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.registry.client import DIGEST, ModelRegistry
from model_runtime.registry.fetch import fetch
from model_runtime.registry.promote import promote, rollback
from model_runtime.settings import Registry, Settings

from ..support.sealed_parts import flip_a_byte
from ..support.small_cases import FEATURES, case


@pytest.mark.parametrize(
    ("wanted", "number"), [("latest", 2), ("best", 1), ("1", 1), ("2", 2), ("@champion", 1)]
)
def test_a_version_is_fetched_by_each_of_its_names(
    settings: Settings, wanted: str, number: int
) -> None:
    promote(case(), settings, ModelRegistry(settings), "1")
    assert fetch(ModelRegistry(settings), wanted, settings, FEATURES).version == number
    assert read_bundle(settings.paths.bundle).metadata.version == number


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
def test_a_version_is_fetched_without_anything_of_training() -> None:
    code = "import sys, model_runtime.registry.__main__\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    modules = loaded.stdout.split()
    assert "model_runtime.registry.fetch" in modules
    assert [name for name in modules if name.startswith("model_runtime.training")] == []
    assert {"pandas", "sklearn", "mlflow"} & set(modules) == set()
