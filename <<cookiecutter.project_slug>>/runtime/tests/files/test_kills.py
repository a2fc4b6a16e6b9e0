"""A process that is killed while it replaces a file or a folder leaves the whole old or new one."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from model_runtime.files import reading

from ..support import kills
from ..support.listing import names

KILLS = 30
LONGEST_S = 0.05


def started(place: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.kills", str(place), *options]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)


def answer(process: subprocess.Popen[str], number: int) -> int:
    """Return the exit code of a process that kills itself before an operation of this number."""
    assert process.stdin and process.stdout
    process.stdin.write(f"{number}\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def version_of(path: Path) -> int:
    """Return the version that a file is of; it has to be whole."""
    content = path.read_text()
    version = int(content.partition("\n")[0])
    assert content == kills.text(version), f"{path} is torn"
    return version


def check_whole(place: Path) -> None:
    version_of(place / "file")
    with reading(place / "folder"):
        versions = {version_of(file) for file in (place / "folder").iterdir()}
    assert len(versions) == 1, f"the folder is of versions {versions}"


def check_cleaned(place: Path) -> None:
    """See that nothing is left by those that were killed, once somebody replaces both."""
    kills.replace(place, 0)
    check_whole(place)
    assert names(place) == [".folder.lock", "file", "folder"]


@pytest.mark.slow
def test_killed_at_random_moments_it_leaves_what_is_whole(tmp_path: Path) -> None:
    kills.replace(tmp_path, 0)
    for _ in range(KILLS):
        with started(tmp_path) as process:
            assert process.stdout and process.stdout.readline() == "replacing\n"
            time.sleep(random.uniform(0, LONGEST_S))  # the moment is what is tried
            process.kill()
        assert process.returncode == -signal.SIGKILL
        check_whole(tmp_path)
    check_cleaned(tmp_path)


def test_killed_before_any_operation_on_a_file_it_leaves_what_is_whole(tmp_path: Path) -> None:
    kills.replace(tmp_path, 0)
    killed = 0
    with started(tmp_path, "-") as process:
        while answer(process, killed + 1) == -signal.SIGKILL:
            killed += 1
            check_whole(tmp_path)
            check_cleaned(tmp_path)
    assert killed > 15
    assert version_of(tmp_path / "file") == version_of(tmp_path / "folder" / "model") == 1
