"""This template itself: from its last commit to the work tree, with an example's use case."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.upgrade.conftest import bootstrap
from tools.examples import EXAMPLES, ROOT
from tools.upgrades.git import Git

UNTRACKED = (".venv", ".uv", ".tools", "build", ".git", "uv.lock", ".*_cache", "__pycache__")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with this one's last commit, and the work tree as the next."""
    if not (ROOT / ".git").exists():
        pytest.skip("this copy of the template has no history")
    folder = tmp_path_factory.mktemp("template") / "repository"
    Git(ROOT)("clone", "--quiet", str(ROOT), str(folder))
    git = Git(folder)
    git("tag", "before")
    shutil.copytree(ROOT, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*UNTRACKED))
    # The next version differs in any case, even where nothing has been changed here.
    for name in ("README.md", "Makefile", "src/<<cookiecutter.package_name>>/errors.py"):
        with (folder / "<<cookiecutter.project_slug>>" / name).open("a") as file:
            file.write("# A line of the next version.\n")
    git("add", "--all")
    git("commit", "--quiet", "-m", "after")
    return folder


def test_a_titanic_project_is_upgraded_and_keeps_what_is_its_own(
    template: Path, tmp_path: Path
) -> None:
    answers = json.loads((EXAMPLES / "titanic" / "answers.json").read_text("utf-8"))
    made_from = tmp_path / "template"
    Git(tmp_path)("clone", "--quiet", str(template), str(made_from))
    Git(made_from)("checkout", "--quiet", "before")
    command = [sys.executable, "-m", "cookiecutter", str(made_from), "--no-input"]
    command += ["--default-config", "--output-dir", str(tmp_path)]
    command += [f"{name}={answer}" for name, answer in answers.items()]
    subprocess.run(command, check=True, capture_output=True)
    project = tmp_path / "titanic"
    ignored = shutil.ignore_patterns("answers.json", "__pycache__")
    shutil.copytree(EXAMPLES / "titanic", project, dirs_exist_ok=True, ignore=ignored)
    config = project / "config.yaml"
    config.write_text(config.read_text("utf-8") + "# Mine, at the end.\n", "utf-8")
    git = Git(project)
    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "-m", "mine")
    mine = {
        path: path.read_bytes()
        for folder in ("src/titanic/use_case", "data", "tests/use_case")
        for path in (project / folder).rglob("*")
        if path.is_file()
    }
    began = time.monotonic()
    done = bootstrap(project, "upgrade", "--no-input", TEMPLATE=str(template), TO="HEAD")
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - began < 60
    assert {path: path.read_bytes() for path in mine} == mine
    assert config.read_text("utf-8").endswith("# Mine, at the end.\n")
    assert (project / "src/titanic/errors.py").read_text("utf-8").endswith("next version.\n")
    record = json.loads((project / ".template.json").read_text("utf-8"))
    assert record["commit"] == Git(template)("rev-parse", "HEAD")
    again = bootstrap(project, "upgrade", TEMPLATE=str(template), TO="HEAD")
    assert "nothing to do" in again.stdout
    check = bootstrap(project, "check", TEMPLATE=str(template))
    assert check.returncode == 0, check.stdout
    shown = subprocess.run(["make", "help"], cwd=project, capture_output=True, text=True)
    for target in ("upgrade", "upgrade-abort", "upgrade-continue", "check-template"):
        assert f"make {target} " in shown.stdout
