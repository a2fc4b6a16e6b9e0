"""Bytecode for a new environment: else each compiles some thousand files at their first use.

python bytecode.py ENVIRONMENT
"""

import shutil
import sys
import sysconfig
from pathlib import Path


def lend(environment: Path) -> None:
    """Give an environment the bytecode that this process' own has of the same files.

    Both have them from uv's cache. Python takes none whose source has another time or size, and
    puts another in its place.
    """
    own = Path(sysconfig.get_path("purelib"))
    (its,) = environment.glob("lib/python*/site-packages")
    for compiled in own.rglob("*.pyc"):
        copy = its / compiled.relative_to(own)
        if copy.parent.parent.is_dir() and not copy.exists():
            copy.parent.mkdir(exist_ok=True)
            _link(compiled, copy)


def _link(file: Path, name: Path) -> None:
    """Give a file another name; on another disk, a copy."""
    try:
        name.hardlink_to(file)
    except OSError:
        shutil.copy(file, name)


if __name__ == "__main__":
    lend(Path(sys.argv[1]))
