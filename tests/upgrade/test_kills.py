"""Killed or stopped while files are written: all is as before, or abort makes it so."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.made import Made, conflict, start


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


def test_what_was_written_after_a_kill_is_kept_by_the_abort(
    project: Made, versions: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    conflict(project)
    before = project.state()
    project.git("config", "filter.killer.smudge", "kill -9 0")
    attributes = project.write(".git/info/attributes", "run.sh filter=killer\n")
    assert start(project, versions).wait() == -signal.SIGKILL
    attributes.unlink()
    (project.folder / ".git" / "index.lock").unlink(missing_ok=True)
    project.git("reset", "--quiet", "--hard")
    for name in ("run.sh", "src/demo/added.py"):
        project.write(name, "new work\n")
    assert project.run("abort") == 0
    assert project.state() == before
    stash = capfd.readouterr().out.split("`")[1]
    assert re.fullmatch("git stash apply [0-9a-f]{40}", stash), "ten of them may be all digits"
    project.git(*stash.split()[1:])
    for name in ("run.sh", "src/demo/added.py"):
        assert project.read(name) == b"new work\n"


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


def test_an_upgrade_that_is_running_is_not_aborted(
    project: Made, versions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    conflict(project)
    # Git passes each file that it writes through this, which waits to be let go.
    waiting, go = tmp_path / "waiting", tmp_path / "go"
    script = f"touch '{waiting}'; while [ ! -e '{go}' ]; do sleep 0.05; done; cat"
    project.git("config", "filter.waits.smudge", script)
    project.write(".git/info/attributes", "run.sh filter=waits\n")
    process = start(project, versions)
    while not waiting.exists():
        assert process.poll() is None
        time.sleep(0.05)
    try:
        assert project.run("abort") == 2
        assert "running at this moment" in capfd.readouterr().err
        assert project.upgrade() == 2
    finally:
        go.touch()
    assert process.wait() == 1
    assert project.conflicted == ["config.yaml"]
