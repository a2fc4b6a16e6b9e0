"""`make` is the one way in: it lists what it has, and nothing names a target that it lacks."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import texts
from tools.examples import ROOT, bake

NAMED = re.compile(r"(?:`|\$ |^ {2,})make ((?:[a-z][a-z-]*[a-z] ?)+)", re.MULTILINE)
TARGET = re.compile(r"^([a-z][a-z-]*):.*## ", re.MULTILINE)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bake({}, tmp_path_factory.mktemp("bake"))


@pytest.fixture(params=["template", "project"])
def folder(request: pytest.FixtureRequest, project: Path) -> Path:
    return ROOT if request.param == "template" else project


def targets(folder: Path) -> set[str]:
    return set(TARGET.findall((folder / "Makefile").read_text("utf-8")))


def test_help_lists_every_target(folder: Path) -> None:
    command = ["make", "--no-print-directory", "help"]
    shown = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert {line.split()[1] for line in shown.stdout.splitlines()} == targets(folder)
    phony = re.findall(r"^\.PHONY: (.*)$", (folder / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(phony) == targets(folder)


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
