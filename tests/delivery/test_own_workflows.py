"""The template's own workflows, by the tools that check those of a project."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.files import SKELETON
from tools.examples import ROOT

from .pipeline_tools import actionlint, linters

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WRITES = {"docs": {"pages", "id-token"}, "release": {"contents"}}
"""The permissions to write that a workflow has."""

USED = re.compile(r"uses: ([\w-]+/[\w/-]+)@(\S+)(.*)")


def test_they_pass_actionlint_and_zizmor() -> None:
    path = {"PATH": f"{linters()}{os.pathsep}{os.environ['PATH']}"}
    zizmor = [linters() / "zizmor", "--offline", "--no-progress"]
    for command in ([actionlint()], zizmor):
        done = subprocess.run(
            [*map(str, [*command, *WORKFLOWS])],
            cwd=ROOT,
            env=os.environ | path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.stem)
def test_actions_are_pinned_by_digest_and_may_do_the_least(workflow: Path) -> None:
    text = workflow.read_text("utf-8")
    for action, pinned, version in USED.findall(text):
        assert re.fullmatch("[0-9a-f]{40}", pinned), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", version), action
    described = yaml.safe_load(text)
    assert described["permissions"] == {}
    for job in described["jobs"].values():
        writes = {each for each, what in job["permissions"].items() if what == "write"}
        assert writes <= WRITES.get(workflow.stem, set())
        assert "${{" not in "".join(step.get("run", "") for step in job["steps"])


def test_an_action_has_one_version_here_and_in_projects() -> None:
    found: dict[str, set[str]] = {}
    for file in [*WORKFLOWS, *(SKELETON / ".github" / "workflows").glob("*.yml")]:
        for action, pinned, _ in USED.findall(file.read_text("utf-8")):
            found.setdefault(action, set()).add(pinned)
    assert found
    assert not {action: pins for action, pins in found.items() if len(pins) > 1}


def test_each_change_runs_all_tests() -> None:
    ci = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    assert {"push", "pull_request"} <= set(ci[True])  # `on`, by YAML 1.1
    steps = ci["jobs"]["tests"]["steps"]
    assert sum(step.get("run", "").endswith(" .ci/run") for step in steps) == 1
