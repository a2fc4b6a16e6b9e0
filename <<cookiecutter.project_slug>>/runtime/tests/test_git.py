"""The commit that a bundle records is the project's, whatever runs the training."""

import subprocess
from pathlib import Path

import pytest

from model_runtime.git import git_commit, git_revision


def repository(folder: Path) -> str:
    folder.mkdir()
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", folder.name]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True)
    return head.stdout.decode().strip()


def test_a_hooks_variables_name_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other, own = repository(tmp_path / "other"), repository(tmp_path / "own")
    assert other != own
    monkeypatch.chdir(tmp_path / "own")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / ".git" / "index"))
    assert git_commit() == own


def test_a_repository_that_git_refuses_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    repository(tmp_path / "own")
    monkeypatch.chdir(tmp_path / "own")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert git_commit() is None
    (said,) = caplog.messages
    assert "safe.directory" in said


def test_outside_of_a_repository_there_is_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert git_commit() is None
    assert not caplog.messages


def test_a_revision_says_what_is_in_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert git_revision() is None
    own = repository(tmp_path / "own")
    project = tmp_path / "own" / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    assert (git_revision(), git_revision(12)) == (own, own[:12])
    (tmp_path / "own" / "beside").touch()
    assert git_revision(12) == own[:12], "only this folder counts"
    (project / "new").touch()
    assert git_revision(12) == f"{own[:12]}-dirty"
    (tmp_path / "own" / ".git" / "info" / "exclude").write_text("new")
    assert git_revision(12) == own[:12], "what git ignores gets into no image"
