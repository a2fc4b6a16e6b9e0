"""Begin, abort, continue, again."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.made import Made, conflict, make
from tests.support.versions import SLUG
from tools.upgrades.git import Git


def test_the_second_time_there_is_nothing_to_do(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    assert project.upgrade() == 0
    before = project.state()
    assert project.upgrade() == 0
    assert "nothing to do" in capfd.readouterr().out
    assert project.state() == before
    assert project.version == "2.0.0"


def test_version_by_version_is_the_same_as_at_once(
    project: Made, versions: Path, tmp_path: Path
) -> None:
    other = make(versions, tmp_path / "other")
    assert [project.upgrade("v1.1.0"), project.upgrade("v2.0.0"), other.upgrade()] == [0, 0, 0]
    assert project.state()[2] == other.state()[2]


def test_an_older_version_is_not_gone_back_to_unless_named(
    versions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    project = make(versions, tmp_path / "project", "v2.0.0")
    assert project.run("upgrade") == 0
    assert "nothing to do" in capfd.readouterr().out
    assert project.upgrade("v1.0.0") == 0
    assert project.has("src/demo/doomed.py")


def test_a_project_of_an_untagged_tree_is_not_brought_back_to_the_tag_before_it(
    versions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    template = tmp_path / "template"
    Git(tmp_path)("clone", "--quiet", str(versions), str(template))
    git = Git(template)
    with (template / SLUG / "run.sh").open("a") as file:
        file.write("echo not released yet\n")
    git("commit", "--quiet", "--all", "-m", "later")
    project = make(template, tmp_path / "project", "HEAD")
    assert project.run("upgrade") == 0
    assert "nothing to do" in capfd.readouterr().out
    git("tag", "v2.0.1")
    assert project.run("upgrade") == 0
    assert project.git("rev-list", "--count", "HEAD") == "1"


def test_a_project_of_the_next_version_is_not_brought_back_to_a_fix_of_the_last(
    versions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    git = Git(tmp_path / "template")
    Git(tmp_path)("clone", "--quiet", str(versions), str(git.folder))
    prompts = git.folder / "cookiecutter.json"
    for version in ("3.0.0", "2.0.1"):
        git("checkout", "--quiet", "-b", f"b{version}", "v2.0.0")
        prompts.write_text(prompts.read_text().replace('"2.0.0"', f'"{version}"'))
        git("commit", "--quiet", "--all", "-m", version)
    git("tag", "v2.0.1")
    project = make(git.folder, tmp_path / "project", "b3.0.0")
    assert project.run("upgrade") == 0
    assert "nothing to do" in capfd.readouterr().out
    assert project.version == "3.0.0"


def test_a_dry_run_shows_all_and_changes_nothing(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    conflict(project)
    before = project.state()
    assert project.upgrade("v2.0.0", "--dry-run") == 0
    shown = capfd.readouterr().out
    assert "conflicted  config.yaml" in shown
    assert "train anew" in shown
    assert project.state() == before


def test_abort_restores_everything(project: Made) -> None:
    conflict(project)
    project.write("untracked.txt", "mine")
    project.write("ignored/file", "mine")
    before = project.state()
    assert project.upgrade() == 1
    assert project.version == "2.0.0"  # in the work tree, not in HEAD
    assert project.run("abort") == 0
    assert project.state() == before
    assert project.run("abort") == 2
    assert project.upgrade() == 1


def test_a_second_upgrade_waits_for_the_first(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    conflict(project)
    project.upgrade()
    before = project.state()
    assert project.upgrade() == 2
    assert "An upgrade is under way" in capfd.readouterr().err
    assert project.state() == before


def test_continue_ends_it_when_the_conflicts_are_resolved(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    head = conflict(project)
    project.upgrade()
    assert project.run("continue") == 2
    assert "config.yaml" in capfd.readouterr().err
    project.git("add", "config.yaml")
    assert project.run("continue") == 2
    assert "marks of a conflict" in capfd.readouterr().err
    assert project.git("rev-parse", "HEAD") == head
    project.write("config.yaml", "task: classification\nmine: 1\n")
    project.git("add", "config.yaml")
    assert project.run("continue") == 0
    assert project.git("rev-parse", "HEAD~1") == head
    assert project.git("log", "-1", "--format=%an: %s").startswith("Ada: Upgrade the template from")
    assert project.git("status", "--porcelain") == ""
    assert project.run("continue") == 2
    assert project.upgrade() == 0
    assert "nothing to do" in capfd.readouterr().out


def test_the_note_has_the_program_to_end_with(project: Made) -> None:
    conflict(project)
    before = project.state()
    project.upgrade()
    program = project.folder / ".git" / "template-upgrade" / "tools" / "upgrade.py"
    subprocess.run([sys.executable, str(program), "abort"], cwd=project.folder, check=True)
    assert project.state() == before
    assert project.git("status", "--porcelain") == ""


def test_changes_that_are_not_committed_are_refused(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    project.write("config.yaml", "mine: 1\n")
    before = project.state()
    assert project.upgrade() == 2
    assert "config.yaml" in capfd.readouterr().err
    assert project.state() == before


def test_a_folder_without_git_is_told_what_to_do(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(project.folder / ".git")
    assert project.upgrade() == 2
    assert "git init" in capfd.readouterr().err


def test_another_operation_of_git_is_left_alone(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    project.git("checkout", "--quiet", "-b", "other")
    project.write("config.yaml", "other: 1\n")
    other = project.commit()
    project.git("checkout", "--quiet", "main")
    project.write("config.yaml", "mine: 1\n")
    project.commit()
    project.git.run("cherry-pick", other)
    before = project.state()
    assert project.upgrade() == 2
    assert project.run("abort") == 2
    assert project.state() == before
    assert "A cherry-pick is under way" in capfd.readouterr().err
