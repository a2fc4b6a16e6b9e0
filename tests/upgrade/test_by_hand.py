"""Changes that people make by git before an upgrade, during it, and before they continue it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.made import Made, bootstrap, conflict, make, start, two_versions
from tests.support.versions import lines, text
from tools.examples import ROOT
from tools.upgrades.git import Git


def test_an_abort_leaves_what_was_added_to_git_in_between(project: Made) -> None:
    conflict(project)
    project.write("notes.txt", "precious")
    before = project.state()
    assert project.upgrade() == 1
    project.git("add", "--all")
    assert project.run("abort") == 0
    assert project.state() == before


def test_an_abort_leaves_other_edits_made_in_between(project: Made) -> None:
    conflict(project)
    assert project.upgrade() == 1
    project.replace("pyproject.toml", "[project]", "[project]  # mine")
    project.git("add", "--all")
    assert project.run("abort") == 0
    assert b"# mine" in project.read("pyproject.toml")
    assert project.git("diff", "--name-only", "HEAD") == "pyproject.toml"


@pytest.mark.parametrize("ending", [("cherry-pick", "--abort"), ("reset", "--quiet", "--hard")])
def test_an_abort_after_gits_own_leaves_new_work(
    project: Made, capfd: pytest.CaptureFixture[str], ending: tuple[str, ...]
) -> None:
    conflict(project)
    assert project.upgrade() == 1
    project.git(*ending)
    project.write("config.yaml", "new: work\n")
    project.write("src/demo/added.py", "NEW = 1\n")
    before = project.state()
    assert project.run("abort") == 2
    assert "ended by hand" in capfd.readouterr().err
    assert project.state() == before


def test_the_users_own_commit_ends_it(project: Made) -> None:
    conflict(project)
    assert project.upgrade() == 1
    project.write("config.yaml", "task: x\n")
    project.git("add", "--all")
    project.git("commit", "--quiet", "-m", "resolved")
    assert project.version == "2.0.0"
    assert project.run("continue") == 0
    assert project.run("abort") == 2
    assert project.upgrade() == 0


def test_nothing_is_called_committed_that_is_not(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    conflict(project)
    assert project.upgrade() == 1
    project.git("cherry-pick", "--abort")
    project.write("other.txt", "1\n")
    project.commit()
    assert project.run("continue") == 2
    assert "ended by hand" in capfd.readouterr().err
    assert project.version == "1.0.0"
    assert project.upgrade() == 1


def test_the_version_does_not_advance_where_the_record_was_taken_back(project: Made) -> None:
    conflict(project)
    assert project.upgrade() == 1
    project.git("checkout", "HEAD", "--", ".template.json")
    project.write("config.yaml", "task: x\n")
    project.git("add", "--all")
    assert project.run("continue") == 0
    assert project.version == "1.0.0"
    assert project.upgrade() == 1


def test_an_unfinished_row_of_cherry_picks_is_left_alone(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    project.git("checkout", "--quiet", "-b", "other")
    picked = []
    for name in ("pyproject.toml", "other.txt"):
        project.write(name, "other\n")
        picked.append(project.commit())
    project.git("checkout", "--quiet", "main")
    project.write("pyproject.toml", "mine\n")
    project.commit()
    assert project.git.run("cherry-pick", *picked).returncode
    project.git("add", "--all")
    project.git("commit", "--quiet", "-m", "resolved")
    before = project.state()
    assert project.upgrade() == 2
    assert "several commits is under way" in capfd.readouterr().err
    assert project.state() == before


def test_a_filter_that_fails_leaves_the_way_back(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    project.git("config", "filter.broken.clean", "cat")
    project.git("config", "filter.broken.smudge", "false")
    project.git("config", "filter.broken.required", "true")
    attributes = project.write(".git/info/attributes", "run.sh filter=broken\n")
    before = project.state()
    assert project.upgrade() == 2
    assert "`make upgrade-abort` restores the files" in capfd.readouterr().err
    assert project.upgrade() == 2
    assert "broke off in the middle" in capfd.readouterr().err
    attributes.unlink()
    assert project.run("abort") == 0
    assert project.state() == before


@pytest.mark.parametrize("name", ["GIT_INDEX_FILE", "GIT_DIR"])
def test_what_hooks_hand_down_is_not_taken_for_another_repository(
    project: Made, versions: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = project.state()
    value = project.folder / ".git" / ("index" if name == "GIT_INDEX_FILE" else "")
    with monkeypatch.context() as patch:
        patch.setenv(name, str(value))
        assert project.upgrade("v2.0.0", "--dry-run") == 0
    assert project.state() == before
    done = bootstrap(project.folder, "upgrade", TEMPLATE=str(versions), **{name: str(value)})
    assert done.returncode == 0, done.stderr
    assert project.git("status", "--porcelain") == ""
    assert project.version == "2.0.0"


def test_of_two_at_once_one_is_refused_or_has_nothing_to_do(project: Made, versions: Path) -> None:
    conflict(project)
    before = project.state()
    both = [start(project, versions) for _ in range(2)]
    assert sorted(process.wait() for process in both) == [1, 2]
    assert project.run("abort") == 0
    assert project.state() == before


def test_conflict_marks_of_any_length_are_not_committed(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    project.write(".gitattributes", "*.yaml conflict-marker-size=20\n")
    conflict(project)
    assert project.upgrade() == 1
    project.git("add", "--all")
    assert project.run("continue") == 2
    assert "marks of a conflict" in capfd.readouterr().err


def test_marks_that_were_added_are_not_committed_for_a_later_edit(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    conflict(project)
    assert project.upgrade() == 1
    project.git("add", "--all")
    project.write("config.yaml", "task: x\n")
    assert project.run("continue") == 2
    assert "`git add` it again" in capfd.readouterr().err
    project.git("add", "--all")
    assert project.run("continue") == 0
    assert project.git("show", "HEAD:config.yaml") == "task: x"


def test_a_file_in_the_way_of_the_abort_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first = {"docs": text(lines("d")), "b": b"1\n"}
    second = {"docs/a.md": text(lines("e")), "b": b"2\n"}
    project = make(two_versions(tmp_path / "t", first, second), tmp_path / "project")
    project.write("b", "3\n")
    project.commit()
    before = project.state()
    assert project.upgrade() == 1
    mine = project.write("docs/notes.txt", "mine")
    assert project.run("abort") == 2
    assert "Move docs/notes.txt elsewhere" in capfd.readouterr().err
    mine.unlink()
    assert project.run("abort") == 0
    assert project.state() == before


def test_two_projects_of_one_repository_do_not_touch_each_other(
    versions: Path, tmp_path: Path
) -> None:
    git = Git(tmp_path)
    git("init", "--quiet")
    first, second = (make(versions, tmp_path / name) for name in ("first", "second"))
    second.replace("src/demo/old_name.py", "RENAMED_5 = 5", "RENAMED_5 = 55")
    second.commit()
    before = git("rev-parse", "HEAD:second")
    assert first.upgrade("v2.0.0", "--answer=package_name=shop") == 0
    assert git("rev-parse", "HEAD:second") == before
    assert git("status", "--porcelain") == ""


def test_the_command_line_is_told_where_no_project_is(tmp_path: Path) -> None:
    program = [sys.executable, str(ROOT / "tools" / "upgrade.py"), "check"]
    program += ["--project", str(tmp_path / "missing")]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "There is no folder" in done.stderr
