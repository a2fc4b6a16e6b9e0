"""Modules of Go's proxy, as source."""

import json
import shutil
import subprocess
from pathlib import Path


def copied(module: str, folder: Path) -> Path:
    """Copy a module's source below a folder: Go's own copy can't be written to."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["go", "mod", "download", "-json", module]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)
    copy = folder / "source"
    shutil.copytree(json.loads(done.stdout)["Dir"], copy, copy_function=shutil.copyfile)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return copy
