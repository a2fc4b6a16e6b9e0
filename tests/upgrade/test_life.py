"""Begin, abort, continue, again; in every kind of repository; and killed in the middle."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.upgrade.conftest import ENVIRONMENT, Made, make
from tests.upgrade.versions import SLUG
from tools.examples import ROOT
from tools.upgrades.git import Git


def conflict(project: Made) -> str:
    """Edit a line beside one that the next version adds."""
    project.write("config.yaml", project.read("config.yaml") + b"mine: 1\n")
    project.write("src/demo/use_case/model.py", "MINE = 1\n")
    return project.commit()


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


def start(project: Made, versions: Path, **environment: str) -> subprocess.Popen[bytes]:
    """Begin an upgrade in a process group of its own."""
    command = [sys.executable, str(ROOT / "tools" / "upgrade.py"), "upgrade", "--no-input"]
    command += ["--project", str(project.folder), "--repository", str(versions), "--to", "v2.0.0"]
    return subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.mark.parametrize("files", [1, 2, 4, 6])
def test_killed_while_files_are_written_abort_restores_everything(
    project: Made, versions: Path, tmp_path: Path, files: int
) -> None:
    conflict(project)
    # Git passes each file that it writes through this: at one of them, all processes are killed.
    killer = tmp_path / "killer"
    killer.write_text(
        f"#!/bin/sh\necho >> '{tmp_path}/written'\n"
        f"[ $(wc -l < '{tmp_path}/written') -lt {files} ] || kill -9 0\ncat\n"
    )
    killer.chmod(0o755)
    project.git("config", "filter.killer.smudge", f"'{killer}'")
    attributes = project.write(".git/info/attributes", "* filter=killer\n")
    before = project.state()
    assert start(project, versions).wait() == -signal.SIGKILL
    attributes.unlink()
    assert (project.folder / ".git" / "template-upgrade" / "note.json").exists()
    assert project.git("rev-parse", "HEAD") == before[0]
    assert project.run("continue") == 2
    assert project.run("abort") == 0
    assert project.state() == before
    assert project.upgrade() == 1


@pytest.mark.parametrize("seconds", [0.2, 0.7, 1.2, 1.7])
def test_killed_at_any_time_all_is_as_before_or_abort_restores_it(
    project: Made, versions: Path, seconds: float
) -> None:
    conflict(project)
    before = project.state()
    process = start(project, versions)
    try:
        assert process.wait(seconds) == 1
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert project.git("rev-parse", "HEAD") == before[0]
    if project.state() != before:
        assert project.run("abort") == 0
    assert project.state() == before
    assert project.upgrade() == 1
