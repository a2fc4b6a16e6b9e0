"""Upgrades in every kind of repository, and of everyone's settings."""

from pathlib import Path

import pytest

from tests.support.made import ENVIRONMENT, Made, conflict, make, two_versions
from tests.support.versions import lines, text
from tools.upgrades.git import Git


def test_a_folder_of_a_larger_repository(versions: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    git = Git(whole)
    git("init", "--quiet")
    (whole / "engine.py").write_text("outside\n")
    project = make(versions, whole / "services" / "demo one")
    git("add", "--all")
    git("commit", "--quiet", "-m", "all")
    conflict(project)
    before = project.state()
    assert project.upgrade() == 1
    assert project.run("abort") == 0
    assert project.state() == before
    assert project.upgrade() == 1
    project.write("config.yaml", "task: x\n")
    git("add", "--all")
    assert project.run("continue") == 0
    assert project.version == "2.0.0"
    assert project.read("src/demo/use_case/model.py") == b"MINE = 1\n"
    assert {path.name for path in whole.iterdir()} == {".git", "engine.py", "services"}
    assert (whole / "engine.py").read_text() == "outside\n"
    changed = git.lines("diff", "--name-only", "-z", "HEAD~1", "HEAD")
    assert all(path.startswith("services/demo one/") for path in changed)


def test_a_linked_work_tree(project: Made, versions: Path, tmp_path: Path) -> None:
    project.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "linked")
    linked = Made(tmp_path / "linked", versions)
    conflict(linked)
    status = linked.git("status", "--porcelain")
    assert linked.upgrade() == 1
    assert project.upgrade() == 0
    assert linked.run("abort") == 0
    assert linked.git("status", "--porcelain") == status


def test_a_linked_work_tree_of_a_larger_repository(tmp_path: Path) -> None:
    first, second = {"a": text(lines("a"))}, {"c": text(lines("a"))}
    versions = two_versions(tmp_path / "t", first, second)
    whole = tmp_path / "whole"
    whole.mkdir()
    Git(whole)("init", "--quiet")
    make(versions, whole / "project")
    Git(whole)("worktree", "add", "--quiet", "-b", "linked", "../linked")
    project = Made(tmp_path / "linked" / "project", versions)
    project.git("mv", "a", "b")
    project.commit()
    before = project.state()
    assert project.upgrade() == 1
    project.git("add", "--all")
    assert project.run("abort") == 0
    assert project.state() == before


def test_a_shallow_clone(project: Made, versions: Path, tmp_path: Path) -> None:
    conflict(project)
    address = project.folder.as_uri()
    project.git("clone", "--quiet", "--depth=1", address, str(tmp_path / "clone"))
    clone = Made(tmp_path / "clone", versions)
    assert clone.upgrade("v2.0.0", "--dry-run") == 0
    assert clone.upgrade() == 1
    assert clone.run("abort") == 0
    assert clone.git("status", "--porcelain") == ""


def test_autocrlf(project: Made, versions: Path, tmp_path: Path) -> None:
    project.git(
        *("-c", "core.autocrlf=true", "clone", "--quiet", "--config", "core.autocrlf=true"),
        *(str(project.folder), str(tmp_path / "clone")),
    )
    clone = Made(tmp_path / "clone", versions)
    assert b"\r\n" in clone.read("config.yaml")
    clone.replace("config.yaml", "SETTING_3 = 3", "SETTING_3 = 33")
    clone.commit()
    assert clone.upgrade() == 0
    assert clone.git("status", "--porcelain") == ""
    merged = clone.read("config.yaml")
    assert b"author" in merged
    assert merged.count(b"\n") == merged.count(b"\r\n")
    assert b"\r" not in clone.git.run("show", "HEAD:config.yaml").stdout


def test_autocrlf_of_the_machine(
    project: Made, versions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text("[core]\n\tautocrlf = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    project.replace("config.yaml", "SETTING_3 = 3", "SETTING_3 = 33")
    project.commit()
    assert project.upgrade() == 0
    assert b"\r" not in project.git.run("show", "HEAD:config.yaml").stdout
    assert project.git("status", "--porcelain") == ""


def test_no_identity(
    project: Made, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    conflict(project)
    for name in ENVIRONMENT:
        if "CONFIG" not in name:
            monkeypatch.delenv(name)
    project.git("config", "user.useConfigOnly", "true")
    assert project.upgrade("v1.1.0") == 1
    project.write("config.yaml", "task: x\n")
    project.git("add", "--all")
    assert project.run("continue") == 0
    assert project.git("log", "-1", "--format=%an") == "Template upgrade"


def test_hooks_of_the_repository_run_and_a_refusal_can_be_mended(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    hook = project.write(".git/hooks/prepare-commit-msg", "#!/bin/sh\necho no >&2; exit 1\n")
    hook.chmod(0o755)
    before = project.state()
    assert project.upgrade() == 2
    assert "upgrade-continue" in capfd.readouterr().err
    assert project.run("abort") == 0
    assert project.state() == before
    assert project.upgrade() == 2
    hook.write_text("#!/bin/sh\necho checked >>.git/checked\n")
    assert project.run("continue") == 0
    assert project.has(".git/checked")
    assert project.version == "2.0.0"


def test_commits_are_signed_where_the_user_signs(project: Made, tmp_path: Path) -> None:
    program = tmp_path / "gpg"
    program.write_text('#!/bin/sh\ncat >/dev/null\necho "[GNUPG:] SIG_CREATED " >&2\necho signed\n')
    program.chmod(0o755)
    project.git("config", "commit.gpgSign", "true")
    project.git("config", "gpg.program", str(program))
    assert project.upgrade() == 0
    assert "gpgsig signed" in project.git("cat-file", "commit", "HEAD")
    program.write_text("#!/bin/sh\nexit 1\n")
    assert project.upgrade("v1.0.0") == 2
    before = project.git("rev-parse", "HEAD")
    assert project.run("abort") == 0
    assert project.git("rev-parse", "HEAD") == before
    assert project.git("status", "--porcelain") == ""


def test_a_repository_of_another_owner_is_told_in_gits_own_words(
    project: Made, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert project.upgrade()
    said = capfd.readouterr().err
    assert "dubious ownership" in said
    assert "git config --global --add safe.directory" in said
    assert "git init" not in said
