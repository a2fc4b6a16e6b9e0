"""A file is replaced whole, by one process at a time; a lock has one holder."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from model_runtime.errors import ProjectError
from model_runtime.files import locked, replacing_file

from ..support.listing import names

HOLDS = """
import sys
from pathlib import Path
from model_runtime.files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_write_that_fails_leaves_the_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing_file(file) as new:
        new.write_text("new")
        raise ZeroDivisionError
    assert (names(tmp_path), file.read_text()) == (["file"], "old")


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with (
        pytest.raises(ProjectError, match=r"file can't be written \(.*directory"),
        replacing_file(tmp_path / "file"),
    ):
        pass
    assert names(tmp_path) == ["file"]


def test_a_second_writer_is_refused_and_the_first_one_ends_well(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with replacing_file(file) as new:
        new.write_text("first")
        with pytest.raises(ProjectError, match="Another run is writing"), replacing_file(file):
            pass
    assert (names(tmp_path), file.read_text()) == (["file"], "first")


def test_a_lock_has_one_holder_and_is_released_when_that_is_killed(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    command = [sys.executable, "-c", HOLDS, str(lock)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        with pytest.raises(BlockingIOError), locked(lock, wait=False):
            pass
        holder.kill()
    assert holder.returncode == -signal.SIGKILL
    with locked(lock, wait=False):
        pass
