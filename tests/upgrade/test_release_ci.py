"""`.ci/run` notes the commit that it passed on, and a release asks for that."""

import os
import subprocess

import pytest

from tests.support.releases import commit, version
from tools import release
from tools.releases import checks
from tools.upgrades.errors import UpgradeError
from tools.upgrades.git import Git

VERSION = version()
TAG = f"v{VERSION}"


def stubbed(git: Git, test: str) -> str:
    """Have `.ci/run` make nothing but a `test` that is cheap; return the commit."""
    (git.folder / "Makefile").write_text(f"setup:\ntest test-fast:\n\t@{test}\n")
    commit(git, "Cheap")
    for name, code in ((".venv/bin/python", 0), (".venv/bin/apt-get", 1)):
        (git.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (git.folder / name).write_text(f"#!/bin/sh\nexit {code}\n")
        (git.folder / name).chmod(0o755)
    return git("rev-parse", "HEAD")


@pytest.fixture
def cheap(git: Git, monkeypatch: pytest.MonkeyPatch) -> Git:
    """The repository, whose `.ci/run` installs nothing and builds nothing."""
    checks.stamp(git).unlink()
    monkeypatch.setenv("PATH", f"{git.folder}/.venv/bin:{os.environ['PATH']}")
    return git


@pytest.mark.parametrize(
    ("level", "test", "notes"),
    [
        ("all", "true", True),
        ("all", "false", False),
        ("all", "touch new", False),
        ("all", "git commit --quiet --allow-empty -m other", False),
        ("fast", "true", False),
    ],
)
def test_ci_notes_the_commit_that_passed(cheap: Git, level: str, test: str, notes: bool) -> None:
    commit = stubbed(cheap, test)
    done = subprocess.run([cheap.folder / ".ci" / "run", level], capture_output=True, text=True)
    assert (done.returncode == 0) == (test != "false"), done.stderr
    assert checks.stamp(cheap).exists() == notes
    assert not notes or checks.stamp(cheap).read_text("utf-8") == f"{commit}\n"


def test_a_change_that_is_not_committed_is_not_noted_as_passed(cheap: Git) -> None:
    stubbed(cheap, "true")
    (cheap.folder / "new").touch()
    subprocess.run([cheap.folder / ".ci" / "run"], check=True, capture_output=True)
    assert not checks.stamp(cheap).exists()


@pytest.mark.parametrize("test", ["true", "false", "touch new"])
def test_a_release_runs_ci_where_that_alone_is_missing(cheap: Git, test: str) -> None:
    stubbed(cheap, test)
    if test == "true":
        release.release(cheap, VERSION)
        assert cheap.has(TAG)
        return
    said = "`.ci/run` failed" if test == "false" else "is not clean"
    with pytest.raises(UpgradeError, match=said):
        release.release(cheap, VERSION)
    assert not cheap.has(TAG)
