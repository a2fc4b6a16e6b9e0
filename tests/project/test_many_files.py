"""A project adds what many files and clusters take by the command that the manual says."""

import tomllib
from pathlib import Path

import pytest

from tests.support.commands import run
from tools.examples import ROOT, bake

ADD = "uv add --group train 'model-runtime[cluster]'"
NEW = {"dask", "distributed"}


def locked(project: Path) -> set[str]:
    return {each["name"] for each in tomllib.loads((project / "uv.lock").read_text())["package"]}


@pytest.mark.slow
def test_the_extra_is_added_by_one_command(tmp_path: Path) -> None:
    project = bake({}, tmp_path)
    run("uv", "lock", "--quiet", cwd=project)
    before = locked(project)
    # The lock of a path lists all extras' packages only once a group asks for them.
    assert not before & NEW
    assert ADD in (ROOT / "runtime" / "docs" / "many-files.md").read_text("utf-8")
    run("uv", "add", "--no-sync", "--group", "train", "model-runtime[cluster]", cwd=project)
    assert locked(project) - before >= NEW
    written = (project / "pyproject.toml").read_text("utf-8")
    assert "cluster" in str(tomllib.loads(written)["dependency-groups"]["train"])
    assert 'model-runtime = { path = "runtime", editable = true }' in written
    run("uv", "lock", "--check", "--quiet", cwd=project)
