"""The library in a project is the template's, byte by byte, however the project was made."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import model_runtime
import pytest

from tests.support.cook import Cook
from tests.support.files import SKELETON, contents, library
from tests.support.projects import KINDS, Baked
from tools import examples
from tools.examples import ROOT, UNTRACKED, bake

DELIMITERS = json.loads((ROOT / "cookiecutter.json").read_text("utf-8"))["_jinja2_env_vars"]
BEGINNINGS = [text for name, text in DELIMITERS.items() if name.endswith("_start_string")]


def test_no_file_of_the_library_holds_a_delimiter() -> None:
    found = [
        (str(path), line)
        for path, content in library().items()
        for line in content.decode().splitlines()
        if any(beginning in line for beginning in BEGINNINGS)
    ]
    assert not found


def test_template_library_and_repository_have_one_version() -> None:
    prompts = json.loads((ROOT / "cookiecutter.json").read_text("utf-8"))
    repository = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    versions = {prompts["_template_version"], repository["project"]["version"]}
    assert versions == {model_runtime.__version__}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_the_templates_library(kind: str, baked: Baked) -> None:
    project = baked.example(kind) if kind in examples.names() else baked({"task": kind})
    assert contents(project / "runtime") == library()


@pytest.fixture
def whole(cook: Cook) -> Cook:
    """Cookiecutter's command, with all of the template."""
    runtime = cook.template / SKELETON.name / "runtime"
    ignored = shutil.ignore_patterns(*UNTRACKED)
    shutil.copytree(SKELETON / "runtime", runtime, dirs_exist_ok=True, ignore=ignored)
    shutil.rmtree(cook.output, ignore_errors=True)
    return cook


def test_without_hooks_and_by_replay_it_is_the_same(whole: Cook) -> None:
    assert whole.run("--no-input").returncode == 0
    (project,) = whole.output.iterdir()
    replays = whole.home / ".cookiecutter_replay"
    (whole.folder / "own.json").write_text((replays / "template.json").read_text())
    assert contents(project / "runtime") == library()
    for arguments in (["--no-input", "--accept-hooks", "no"], ["--replay-file", "own.json"]):
        shutil.rmtree(whole.output)
        done = whole.run(*arguments)
        assert done.returncode == 0, done.stderr
        assert contents(project / "runtime") == library()


@pytest.fixture
def used(template: Path, tmp_path: Path) -> Path:
    """A working copy of the template whose library was run, linted and given an environment."""
    copy = shutil.copytree(template, tmp_path / "used")
    runtime = copy / SKELETON.name / "runtime"
    left = ("src/model_runtime/__pycache__/x.pyc", ".mypy_cache/3/x", ".ruff_cache/x")
    for name in (*left, ".hypothesis/x", ".venv/bin/python", "uv.lock", "dist/x.whl"):
        (runtime / name).parent.mkdir(parents=True, exist_ok=True)
        (runtime / name).touch()
    return copy


def test_what_a_working_copy_left_gets_into_no_project(
    used: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Path(sys.executable).with_name("cookiecutter")
    monkeypatch.setenv("HOME", str(tmp_path))
    command = [str(program), str(used), "--no-input", "-o", str(tmp_path / "plain")]
    subprocess.run(command, check=True, capture_output=True)
    assert contents(tmp_path / "plain" / "iris-classifier" / "runtime") == library()
    monkeypatch.setattr(examples, "ROOT", used)
    assert contents(bake({}, tmp_path / "tools") / "runtime") == library()
