"""The project's code as it goes with a job: named files alone, no data, secrets or history."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .contents import named, staged

_FILES = ("config.yaml", "pyproject.toml", "uv.lock")
_FOLDERS = ("src", "deploy/azure/commands")

STEPS = "PYTHONPATH=src:deploy/azure/commands python -m model_azure.steps"
"""The command of a job's steps, in the snapshot."""


@contextmanager
def snapshot() -> Iterator[Path]:
    """Give a folder with the code."""
    files = {name: Path(name) for name in _FILES}
    for folder in _FOLDERS:
        files |= named(Path(folder))
    files["deploy/azure/azure.yaml"] = Path("deploy/azure/azure.yaml")
    with staged("code", files) as code:
        yield code
