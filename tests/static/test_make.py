"""`make` is the one way in: it lists what it has, and nothing names a target that it lacks."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.files import COMPLETE, texts
from tests.support.makefiles import NAMED, targets
from tools.examples import ROOT, bake


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bake(COMPLETE, tmp_path_factory.mktemp("bake"))


@pytest.fixture(params=["template", "project"])
def folder(request: pytest.FixtureRequest, project: Path) -> Path:
    return ROOT if request.param == "template" else project


READ = ("runtime/pyproject.toml", "deploy/postman/package.json")
"""Files that a project's targets are made from."""

PLAIN = [
    "awk",
    "bash",
    "cat",
    "dirname",
    "env",
    "make",
    "mkdir",
    "rm",
    "sed",
    "sh",
    "stat",
    "touch",
    "true",
]
"""Programs that every machine has, and none that is somebody's choice."""


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment whose machine has nothing but these programs."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in PLAIN:
        (programs / name).symlink_to(str(shutil.which(name)))
    return {"PATH": str(programs), "HOME": str(tmp_path)}


def copied(folder: Path, to: Path, stubs: tuple[str, ...]) -> Path:
    """Return a folder with the Makefile, and what it starts there as programs that do nothing."""
    to.mkdir()
    shutil.copy(folder / "Makefile", to)
    for name in ("pyproject.toml", "uv.lock", *READ):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).touch()
    for name in stubs:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).write_text("#!/bin/sh\n")
        (to / name).chmod(0o755)
    return to


def needs(folder: Path, target: str, environment: dict[str, str]) -> str:
    """Return what a target says where it fails, which has to be a sentence; else nothing."""
    given = ["PROJECT=.", "VERSION=0.1.0", "--no-print-directory"]
    done = subprocess.run(
        ["make", target, *given], cwd=folder, env=environment, capture_output=True, text=True
    )
    for riddle in ("Error 127", "not found", "No such file"):
        assert riddle not in done.stderr, f"make {target}: {done.stderr}"
    if done.returncode == 0:
        return ""
    said = done.stderr.splitlines()[0]
    assert re.fullmatch(r"\w+ is not installed here; get .*\.", said), f"make {target}: {said}"
    return said.split()[0]


def test_a_missing_program_is_named_with_what_to_install(
    folder: Path, bare: dict[str, str], tmp_path: Path
) -> None:
    """Each target on a bare machine, first without the environment, then with one of stubs."""
    all_targets = sorted(targets(folder) - {"clean"})
    empty = copied(folder, tmp_path / "empty", ())
    found = {target: needs(empty, target, bare) for target in all_targets}
    assert set(found.values()) <= {"python3", "", "docker", "helm"}, found
    assert found["setup"] == "python3"
    programs = ("titanic", "iris-classifier", "python", "pytest", "ruff", "mypy")
    stubs = (".uv/bin/uv", *(f".venv/bin/{name}" for name in programs), ".venv/.ready")
    ready = copied(folder, tmp_path / "ready", stubs)
    for name in ("titanic", "titanic/runtime/tests/sample", "batcomputer/data"):
        (ready / "build" / name).mkdir(parents=True)
    for name in ("titanic", "batcomputer"):
        (ready / "build" / name / "Makefile").write_text("setup train data soak:\n")
        stub = ready / "build" / name / ".venv" / "bin" / "python"
        stub.parent.mkdir(parents=True)
        stub.symlink_to(ready / ".venv" / "bin" / "python")
    found = {target: needs(ready, target, bare) for target in all_targets}
    wanted = dict.fromkeys(("next-version", "release", "upgrade"), "git")
    if folder != ROOT:
        wanted = {
            "up": "docker",
            "down": "docker",
            "logs": "docker",
            "azure-ci-image": "docker",
            "jenkins": "docker",
        }
        wanted |= {"test-api": "npm", "check-template": "git", "diff-template": "git"}
        wanted |= {"upgrade": "git", "upgrade-abort": "git", "upgrade-continue": "git"}
    assert {target: program for target, program in found.items() if program} == wanted


@pytest.mark.parametrize("target", ["up", "down", "jenkins"])
def test_docker_without_its_plugin_is_told_apart(
    project: Path, bare: dict[str, str], tmp_path: Path, target: str
) -> None:
    ready = copied(project, tmp_path / "ready", (".uv/bin/uv", ".venv/.ready"))
    docker = tmp_path / "programs" / "docker"
    docker.write_text('#!/bin/sh\necho "unknown command: docker $1" >&2; exit 1\n')
    docker.chmod(0o755)
    command = ["make", "--no-print-directory", target]
    done = subprocess.run(command, cwd=ready, env=bare, capture_output=True, text=True)
    assert done.stderr.startswith("docker has no plugin compose here; get "), done.stderr
    assert "unknown command" not in done.stderr


def test_help_lists_every_target(folder: Path) -> None:
    command = ["make", "--no-print-directory", "help"]
    shown = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    listed = [line.split()[1] for line in shown.stdout.splitlines() if line.startswith("  make ")]
    assert sorted(listed) == sorted(targets(folder))
    phony = re.findall(r"^\.PHONY: (.*)$", (folder / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert sorted(" ".join(phony).split()) == sorted(targets(folder))


def test_every_target_that_a_project_names_is_there(project: Path) -> None:
    for path, text in texts(project).items():
        for words in NAMED.findall(text):
            unknown = {word for word in words.split() if word not in targets(project)}
            assert not unknown, f"{path} names make {unknown}"


def test_every_target_that_the_readme_names_is_there(project: Path) -> None:
    known = targets(ROOT) | targets(project)
    named = {
        word
        for words in NAMED.findall((ROOT / "README.md").read_text("utf-8"))
        for word in words.split()
    }
    assert {"demo", "test"} <= named
    assert named <= known


def test_without_the_librarys_folder_there_is_still_a_way_to_set_up(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").touch()
    shutil.copy(project / "Makefile", tmp_path)
    command = ["make", "--dry-run", "setup"]
    shown = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    assert "sync --locked" in shown.stdout
