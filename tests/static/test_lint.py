"""Code is checked as its reader would: the template's own, its hooks', and what it generates."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.files import AZURE, COMPLETE, LONGEST_PACKAGE, TASKS
from tests.support.projects import Baked
from tests.support.type_cache import type_cache
from tools.examples import ROOT, names

BIN = Path(sys.executable).parent


def run(*command: object, cwd: Path) -> None:
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def ruff(folder: Path, *paths: str) -> None:
    run(BIN / "ruff", "check", "--no-cache", *paths, cwd=folder)
    run(BIN / "ruff", "format", "--check", "--no-cache", *paths, cwd=folder)


@pytest.mark.parametrize("folder", [ROOT, ROOT / "runtime"], ids=["template", "library"])
def test_the_style_of_code_in_place(folder: Path) -> None:
    ruff(folder)


def test_the_style_of_what_is_copied_for_azure() -> None:
    """By the library's rules: before it is made, a project has no configuration."""
    ruff(ROOT, f"--config={ROOT / 'runtime' / 'pyproject.toml'}", str(AZURE))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["library", "template"])
def test_the_types_of_code_in_place(kind: str) -> None:
    """By each folder's own configuration, which is strict."""
    with type_cache(kind) as cache:
        run(BIN / "mypy", "--cache-dir", cache, cwd=ROOT / "runtime" if kind == "library" else ROOT)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("package", ["a", LONGEST_PACKAGE])
def test_a_generated_project(baked: Baked, task: str, package: str) -> None:
    ruff(baked({"task": task, "package_name": package}))


def test_a_project_with_all_parts(baked: Baked) -> None:
    ruff(baked(COMPLETE))


@pytest.mark.parametrize("name", names())
def test_an_example(baked: Baked, name: str) -> None:
    ruff(baked.example(name))


def test_the_hooks_as_rendered(tmp_path: Path) -> None:
    for hook in sorted((ROOT / "hooks").glob("*.py")):
        rendered = re.sub(r"<< .* >>", '"{}"', hook.read_text("utf-8"))
        (tmp_path / hook.name).write_text(rendered)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    ruff(tmp_path, "--config=extend-exclude=[]", ".")
    with type_cache("hooks") as cache:
        strict = ("--strict", "--scripts-are-modules", "--cache-dir", cache)
        run(BIN / "mypy", *strict, *tmp_path.glob("*.py"), cwd=tmp_path)


def test_ci_is_a_valid_script() -> None:
    run("bash", "-n", ROOT / ".ci" / "run", cwd=ROOT)
