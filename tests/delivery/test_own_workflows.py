"""The template's own workflows, by the tools that its projects' pass."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import yaml

from tools.examples import ROOT

from .pipeline_tools import actionlint, linters

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_they_pass_actionlint_and_zizmor(tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    path = {"PATH": f"{linters()}{os.pathsep}{os.environ['PATH']}"}
    for command in ([actionlint()], [linters() / "zizmor", "--offline", "--no-progress", "."]):
        done = subprocess.run(
            [*map(str, command)],
            cwd=tmp_path,
            env=os.environ | path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_their_actions_are_pinned_and_nothing_is_allowed_to_all_jobs() -> None:
    assert WORKFLOWS
    for file in WORKFLOWS:
        text = file.read_text("utf-8")
        for action, version in re.findall(r"uses: (\S+)(.*)", text):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action), (file.name, action)
            assert re.fullmatch(r" # v[\d.]+", version), (file.name, action)
        assert yaml.safe_load(text)["permissions"] == {}


def test_the_site_is_published_from_the_default_branch_alone() -> None:
    text = (ROOT / ".github" / "workflows" / "docs.yml").read_text("utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert jobs["build"]["permissions"] == {"contents": "read"}
    assert jobs["publish"]["needs"] == "build"
    assert "default_branch" in jobs["publish"]["if"]
