"""A folder is replaced whole, whatever happened to those who read or wrote it before."""

import os
import signal
import subprocess
import sys
from errno import EROFS
from pathlib import Path
from typing import Any

import pytest

from model_runtime.errors import ProjectError
from model_runtime.files import reading, replacing

from ..support.listing import names

MARK = "mark"


def put(folder: Path, text: str) -> None:
    with replacing(folder, MARK) as new:
        (new / MARK).write_text(text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    put(folder, "old")
    return folder


def test_a_crash_between_the_two_renames_is_mended_by_reading(folder: Path) -> None:
    folder.rename(folder.with_name("folder.retired"))
    with reading(folder):
        assert (folder / MARK).read_text() == "old"
    assert names(folder.parent) == [".folder.lock", "folder"]


def test_a_writer_that_is_killed_locks_nobody_out(folder: Path) -> None:
    killed = """
import fcntl, os, sys
handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(handle, fcntl.LOCK_EX)
os.kill(os.getpid(), 9)
"""
    lock = folder.with_name(".folder.lock")
    done = subprocess.run([sys.executable, "-c", killed, str(lock)])
    assert done.returncode == -signal.SIGKILL
    with reading(folder):
        assert (folder / MARK).read_text() == "old"
    put(folder, "new")
    assert (folder / MARK).read_text() == "new"


def test_where_no_lock_can_be_made_a_folder_is_still_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> int:
        raise OSError(EROFS, "Read-only file system")

    monkeypatch.setattr(os, "open", refused)
    with reading(folder):
        assert (folder / MARK).is_file()


def test_those_who_write_at_once_have_a_part_each_and_the_last_one_holds(folder: Path) -> None:
    with replacing(folder, MARK) as first, replacing(folder, MARK) as second:
        assert first != second
        (first / MARK).write_text("first")
        (second / MARK).write_text("second")
    assert (folder / MARK).read_text() == "first"  # which ended last
    assert names(folder.parent) == [".folder.lock", "folder"]


def test_the_part_of_a_sibling_with_a_longer_name_is_left_alone(folder: Path) -> None:
    longer = folder.with_name("folder-refused")
    with replacing(longer, MARK) as other:
        put(folder, "new")
        (other / MARK).write_text("other")
    assert (longer / MARK).read_text() == "other"


def test_a_folder_of_somebody_else_is_not_replaced(folder: Path) -> None:
    (folder / MARK).rename(folder / "letters")
    with pytest.raises(ProjectError, match="files that training did not write"):
        put(folder, "new")
    assert names(folder) == ["letters"]
