"""`make` does what its folder says, in the order that it is told, whatever surrounds it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.examples import ROOT, bake

UV = """#!/bin/sh
echo "called $*" >> "$CALLED"
env >> "$CALLED"
case "$1 $2" in "python "*) exit "${NO_PYTHON:-0}";; esac
"""

COMMAND = """#!/bin/sh
echo "begin $1" >> "$CALLED"
sleep 0.3
echo "end $1" >> "$CALLED"
"""

SURROUNDING = (
    *("UV_PROJECT_ENVIRONMENT", "UV_PROJECT", "UV_FROZEN", "UV_LOCKED", "UV_NO_DEV", "UV_NO_GROUP"),
    *("VIRTUAL_ENV", "PYTHONHOME", "PYTHONSAFEPATH", "CDPATH", "BASH_ENV"),
)
CHOSEN = ("UV_INDEX", "UV_PYTHON", "UV_CACHE_DIR", "PIP_INDEX_URL", "PYTHONPATH", "HTTPS_PROXY")


@pytest.fixture
def called(tmp_path: Path) -> Path:
    return tmp_path / "called"


@pytest.fixture(scope="module")
def baked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with all defaults."""
    return bake({}, tmp_path_factory.mktemp("bake"))


def copied(source: Path, to: Path) -> Path:
    """Return a folder with the Makefile of another and what it looks at."""
    for name in ("Makefile", "pyproject.toml", "runtime/pyproject.toml"):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, to / name)
    return to


@pytest.fixture(params=["template", "project"])
def folder(request: pytest.FixtureRequest, baked: Path, tmp_path: Path) -> Path:
    """A folder with a Makefile and what it looks at, and with a `uv` that only notes its calls."""
    folder = copied(ROOT if request.param == "template" else baked, tmp_path / "a folder")
    (folder / ".venv" / "bin").mkdir(parents=True)
    program(folder / "programs" / "uv", UV)
    return folder


def program(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)


def make(
    folder: Path, called: Path, *words: str, **changes: str
) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    path = f"{folder / 'programs'}{os.pathsep}{kept['PATH']}"
    return subprocess.run(
        ["make", *words],
        cwd=folder,
        env={**kept, "PATH": path, "CALLED": str(called), **changes},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_surrounds_a_folder_does_not_choose_its_environment(
    folder: Path, called: Path
) -> None:
    surrounding = dict.fromkeys((*SURROUNDING, *CHOSEN), "/elsewhere")
    done = make(folder, called, "setup", **surrounding)
    assert done.returncode == 0, done.stderr
    passed = re.findall("^([A-Z_]+)=/elsewhere$", called.read_text(), re.MULTILINE)
    assert set(passed) == set(CHOSEN)


@pytest.mark.parametrize("goals", [("train", "serve"), ("data", "train"), ("image", "push")])
def test_goals_are_done_one_after_the_other(
    baked: Path, tmp_path: Path, called: Path, goals: tuple[str, str]
) -> None:
    project = copied(baked, tmp_path / "project")
    program(project / ".venv" / "bin" / "iris-classifier", COMMAND)
    done = make(project, called, "-o", ".venv/.ready", *goals, MAKEFLAGS="-j4")
    assert done.returncode == 0, done.stderr
    assert called.read_text().split("\n")[:-1] == [
        f"{moment} {goal}" for goal in goals for moment in ("begin", "end")
    ]


WORDS = """#!/bin/sh
printf '%s\\n' "$@" > "$CALLED"
"""
TEXT = """it's "one"; `id` | * \\ $(id)"""


@pytest.mark.parametrize(
    ("goal", "variables"),
    [
        ("deploy", ("TAG", "VALUES", "RELEASE", "NAMESPACE")),
        ("diff", ("TAG", "VALUES", "RELEASE", "NAMESPACE")),
        ("rollback-release", ("REVISION", "VALUES", "RELEASE", "NAMESPACE")),
        ("logs", ("RELEASE", "NAMESPACE")),
        ("lint-chart", ("VALUES",)),
        ("performance", ("OUTCOMES", "FROM", "BY", "NAMESPACE", "GAUGES")),
        ("run-pipeline", ("PIPELINE", "VERSION", "ENVIRONMENT", "ON", "REF")),
        ("key", ("NAME", "DAYS", "FILE")),
        ("load", ("URL",)),
    ],
)
def test_a_text_reaches_the_program_as_it_is(
    baked: Path, tmp_path: Path, called: Path, goal: str, variables: tuple[str, ...]
) -> None:
    project = copied(baked, tmp_path / "project")
    program(project / ".venv" / "bin" / "iris-classifier", WORDS)
    given = [f"{name}={TEXT.replace('$', '$$')}" for name in variables]
    done = make(project, called, "-o", ".venv/.ready", goal, *given)
    assert done.returncode == 0, done.stderr
    words = called.read_text().splitlines()
    assert words[0] == goal
    assert words.count(TEXT) == len(variables)


def test_no_recipe_quotes_what_somebody_gives(baked: Path) -> None:
    """By the environment it reaches the shell whole; in a recipe's quotes up to one of its own."""
    quoted = re.findall(r"'\$\([A-Z_]+\)'", (baked / "Makefile").read_text("utf-8"))
    assert quoted == []


def test_a_python_that_can_not_be_had_is_told(tmp_path: Path, called: Path) -> None:
    project = bake({"python_version": "3.13"}, tmp_path)
    (project / ".venv").mkdir()
    program(project / "programs" / "uv", UV)
    refused = make(project, called, "setup", NO_PYTHON="2")
    assert refused.returncode
    assert "neither here, nor can it be fetched" in refused.stderr
    assert "called python install" in called.read_text()
    assert "called sync" not in called.read_text()
