"""The copy of the template that Cookiecutter makes for `pre_prompt.py`, and would leave behind.

The hook notes beside it which process it was made for; there the Jinja extension has it removed.
"""

import atexit
import contextlib
import os
import shutil
import tempfile
from pathlib import Path

NOTE = ".made-for"


def note() -> None:
    """Note for whom the copy was made that this hook runs in."""
    if _is_temporary(copied := Path.cwd().parent):
        (copied / NOTE).write_text(str(os.getppid()), "utf-8")


def remove() -> None:
    """Remove the copy that this hook runs in."""
    if _is_temporary(copied := Path.cwd().parent):
        shutil.rmtree(copied, ignore_errors=True)


def remove_at_end() -> None:
    """Have the copies that were made for this process removed when it ends, however it does."""
    for kept in Path(tempfile.gettempdir()).glob(f"cookiecutter*/{NOTE}"):
        with contextlib.suppress(OSError):  # another process has removed its own meanwhile
            if kept.read_text("utf-8") == str(os.getpid()):
                kept.unlink()
                atexit.register(shutil.rmtree, kept.parent, ignore_errors=True)


def _is_temporary(folder: Path) -> bool:
    """Tell whether a folder is one that Cookiecutter makes for a copy, and holds nothing else."""
    temporary = Path(tempfile.gettempdir()).resolve()
    made = folder.parent == temporary and folder.name.startswith("cookiecutter")
    return made and len(list(folder.iterdir())) == 1
