"""The doctor's command, and what it says of a project's parts beside the hooks."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from model_runtime.bundle.read import read_bundle
from model_runtime.bundle.write import write_bundle
from model_runtime.doctor import agreement, tools
from model_runtime.doctor.data import memory
from model_runtime.doctor.finding import Finding
from model_runtime.features import read_features
from model_runtime.settings import Paths, read_settings

pytestmark = pytest.mark.slow

FIRST = {
    "fine  hooks         they can be imported, and take the right arguments",
    "fine  data          600 rows, 6 columns; they fit features.yaml",
    "fine  Preprocessor  4 features become 7 columns",
    "fine  train_model   LogisticRegression of 2 classes, on 600 rows",
    "fine  compiling     the model compiles, and answers as scikit-learn does",
}


@pytest.fixture
def project(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample project in a folder of the test's own."""
    folder = tmp_path / "project"
    shutil.copytree(sample, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder / "src"))
    return folder


def examined(*words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "model_runtime", "doctor", *words], capture_output=True, text=True
    )
    assert not done.stderr
    return done.returncode, done.stdout


def test_a_healthy_project_is_examined_part_by_part(project: Path) -> None:
    code, said = examined()
    assert code == 0
    assert set(said.splitlines()) >= FIRST
    assert "0 wrong, " in said


def test_all_files_with_faults_are_named_at_once(project: Path) -> None:
    for name, old, new in (
        ("config.yaml", "seed:", "sead:"),
        ("src/shop/use_case/features.yaml", "optional:", "optionel:"),
    ):
        file = project / name
        text = file.read_text("utf-8")
        file.write_text(text.replace(old, new) if old in text else f"{text}\n{new} 1\n", "utf-8")
    code, said = examined()
    assert code == 1
    assert "wrong config.yaml" in said
    assert "wrong features.yaml" in said
    assert "Traceback" not in said


def test_a_hooks_file_that_cannot_be_imported_is_named(project: Path) -> None:
    file = project / "src/shop/use_case/model.py"
    file.write_text("import nowhere_at_all\n" + file.read_text("utf-8"), "utf-8")
    code, said = examined()
    assert code == 1
    assert "wrong hooks         src/shop/use_case/model.py:1 needs nowhere_at_all" in said


def bundled(trained: Path, folder: Path) -> None:
    """Put a bundle of the sample into a project."""
    bundle = read_bundle(trained / "model_bin")
    write_bundle(folder / "model_bin", bundle.model, bundle.schema, bundle.metadata)


def bundle_findings(**fields: object) -> list[Finding]:
    settings = read_settings().model_copy(update={"paths": Paths(bundle=Path("model_bin"))})
    features = read_features()
    return [*agreement.bundle(settings, features.model_copy(update=fields))]


@pytest.fixture
def with_bundle(trained: Path, project: Path) -> Path:
    bundled(trained, project)
    return project


def test_a_bundle_agrees_with_features_yaml(with_bundle: Path) -> None:
    (found,) = bundle_findings()
    assert found.kind == "fine", found


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": None}, r"\(task, target or id\)"),
        ({"features": lambda all_: all_[1:]}, r"\('income per.year' is gone\)"),
        (
            {"features": lambda all_: [*all_, all_[0].model_copy(update={"name": "new"})]},
            r"\('new' is new\)",
        ),
        (
            {"features": lambda all_: [all_[0].model_copy(update={"max": 9e9}), *all_[1:]]},
            r"\(max of 'income per.year'\)",
        ),
    ],
)
def test_a_bundle_by_another_features_yaml_is_told(
    with_bundle: Path, change: dict[str, object], sentence: str
) -> None:
    import re

    features = read_features().features
    fields = {key: value(features) if callable(value) else value for key, value in change.items()}
    (found,) = bundle_findings(**fields)
    assert found.kind == "look"
    assert re.search(rf"trained before features.yaml was changed {sentence}", found.text)


def test_a_damaged_bundle_is_wrong(with_bundle: Path) -> None:
    (with_bundle / "model_bin" / "flags.json").write_text("{}", "utf-8")
    (found,) = bundle_findings()
    assert found.kind == "wrong"
    assert "flags.json" in found.text


def test_there_need_be_no_bundle(project: Path) -> None:
    assert not bundle_findings()


def test_a_lock_file_that_does_not_fit_is_wrong(project: Path) -> None:
    if not shutil.which("uv"):
        pytest.skip("no uv: `make setup` brings it")
    (found,) = agreement.lock()
    assert found.kind == "look"
    subprocess.run(["uv", "lock", "--quiet"], check=True)
    (found,) = agreement.lock()
    assert found.kind == "fine"
    file = project / "pyproject.toml"
    changed = file.read_text("utf-8").replace('["model-runtime"]', '["model-runtime", "iniconfig"]')
    file.write_text(changed, "utf-8")
    (found,) = agreement.lock()
    assert found.kind == "wrong"
    assert "make lock" in found.text


def test_programs_are_told_with_their_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "helm"
    program.write_text("#!/bin/sh\necho v3.99.1+gabcdef\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = [*tools.tools()]
    assert [each.text for each in found if each.kind == "fine"] == ["helm 3.99.1"]
    lacking = "\n".join(each.text for each in found if each.kind == "look")
    assert "docker or podman or buildah is not here, for make image and push: " in lacking


def test_data_that_do_not_fit_into_memory_are_told(tmp_path: Path) -> None:
    assert not [*memory(tmp_path)]
    (tmp_path / "rows.csv").write_bytes(bytes(1024))
    (found,) = memory(tmp_path, free=2**30)
    assert found.kind == "fine"
    (found,) = memory(tmp_path, free=2_000)
    assert found.kind == "look"
    assert "load fewer columns or rows" in found.text
