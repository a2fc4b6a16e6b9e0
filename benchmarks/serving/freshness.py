"""Folders that are made again when what they were made of has changed."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

MADE_OF = "made-of.json"
SOURCES = ("runtime/src/**/*.py", "src/**/*", "pyproject.toml", "uv.lock", "config.yaml")


def made_once(folder: Path, of: list[str], make: Callable[[], None]) -> None:
    """Make a folder, unless it is there and was made of the same."""
    noted = folder / MADE_OF
    if noted.is_file() and json.loads(noted.read_text("utf-8")) == of:
        return
    shutil.rmtree(folder, ignore_errors=True)
    make()
    noted.write_text(json.dumps(of), "utf-8")


def state_of(project: Path) -> list[str]:
    """Return the digest of a project's library, use case, settings and lock."""
    state = hashlib.sha256()
    for pattern in SOURCES:
        for file in sorted(project.glob(pattern)):
            if file.is_file() and "__pycache__" not in file.parts:
                state.update(f"{file.relative_to(project)}\n".encode() + file.read_bytes())
    return [state.hexdigest()]
