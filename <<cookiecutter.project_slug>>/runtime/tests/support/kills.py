"""Processes that replace a file and a folder, to be killed meanwhile.

`python kills.py FOLDER` replaces `file` and `folder` in FOLDER by versions 1, 2, 3, … until it is
killed. `python kills.py FOLDER -` reads numbers: for each a process kills itself before its
operation of that number on a file; its exit code is written, 0 where it made no more than those.
"""

import os
import signal
import sys
from itertools import count
from pathlib import Path

from model_runtime.files import replacing, replacing_file

LINES = 5_000
MARK = "mark"
HALF = "half of a file is written"
OPERATIONS = {
    HALF,
    "open",
    "os.chmod",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "fcntl.flock",
}


def text(version: int) -> str:
    return f"{version}\n" * LINES


def write(path: Path, version: int) -> None:
    content = text(version)
    with path.open("w") as file:
        file.write(content[: len(content) // 2])
        file.flush()
        sys.audit(HALF)
        file.write(content[len(content) // 2 :])


def replace(place: Path, version: int) -> None:
    with replacing_file(place / "file") as new:
        write(new, version)
    with replacing(place / "folder", MARK) as folder:
        for name in (MARK, "model"):
            write(folder / name, version)


def kill_before(number: int) -> None:
    """End by SIGKILL before a file operation of this number."""
    operations = count(1)

    def hook(event: str, _: object) -> None:
        if event in OPERATIONS and next(operations) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def replace_for_ever(place: Path) -> None:
    for version in count(1):
        replace(place, version)
        if version == 1:
            say("replacing")


def replace_until_killed(place: Path) -> None:
    for number in sys.stdin:
        child = os.fork()
        if not child:
            kill_before(int(number))
            replace(place, 1)
            os._exit(0)
        say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    (replace_until_killed if sys.argv[2:] else replace_for_ever)(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
