"""GitHub's workflows, by their own tools; and what a project has that chose none."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.files import PARTS
from tests.support.projects import Baked
from tools.examples import bake

from .pipeline_tools import actionlint, linters


def test_workflows_pass_actionlint_and_zizmor(project: Path) -> None:
    path = {"PATH": f"{linters()}{os.pathsep}{os.environ['PATH']}"}
    for command in ([actionlint()], [linters() / "zizmor", "--offline", "--no-progress", "."]):
        done = subprocess.run(
            [*map(str, command)], cwd=project, env=os.environ | path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_actions_are_pinned_by_digest_and_may_do_the_least(project: Path) -> None:
    for file in (project / ".github" / "workflows").glob("*.yml"):
        text = file.read_text("utf-8")
        used = re.findall(r"uses: (\S+)(.*)", text)
        assert used
        for action, version in used:
            pinned = re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)
            assert action == "./.github/workflows/build-image.yml" or (
                pinned and re.fullmatch(r" # v[\d.]+", version)
            )
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            writes = {name for name, what in job["permissions"].items() if what == "write"}
            assert writes <= ({"packages"} if "image" in file.name or "uses" in job else set())


@pytest.mark.parametrize(
    ("question", "folder", "target"),
    [
        ("github_actions", ".github", ""),
        ("jenkins_controller", "deploy/jenkins/controller", "jenkins"),
        ("monitoring", "deploy/monitoring", ""),
        ("ansible", "deploy/ansible", "hosts"),
        ("ansible", "deploy/ansible", "deploy-containers"),
    ],
)
def test_what_is_not_chosen_is_not_there(
    baked: Baked, question: str, folder: str, target: str
) -> None:
    made = baked()
    assert not (made / folder).exists()
    assert not target or f"\n{target}:" not in (made / "Makefile").read_text("utf-8")
    assert question in PARTS


def test_what_is_not_chosen_leaves_what_is_somebodys_own(tmp_path: Path) -> None:
    folders = (".github", "deploy/jenkins/controller", "deploy/monitoring", "deploy/ansible")
    for folder in folders:
        own = tmp_path / "iris-classifier" / folder / "mine.txt"
        own.parent.mkdir(parents=True)
        own.write_text("mine")
    made = bake(dict.fromkeys(PARTS, "no"), tmp_path)
    for folder in folders:
        assert [path.name for path in (made / folder).rglob("*")] == ["mine.txt"]
