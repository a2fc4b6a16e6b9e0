"""The project's code as it goes with a job: named files alone, no data, secrets or history."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..cloud import refusals_told
from .contents import files_below, fingerprint, named, staged

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

NAME = "code"
_FILES = ("config.yaml", "pyproject.toml", "uv.lock", "deploy/azure/azure.yaml")
_FOLDERS = ("src", "deploy/azure/commands")

STEPS = "PYTHONPATH=src:deploy/azure/commands python -m model_azure.learning.steps"
"""The command of a job's steps, in the snapshot."""


@contextmanager
def snapshot() -> Iterator[Path]:
    """Give a folder with the code."""
    files = {name: Path(name) for name in _FILES}
    for folder in _FOLDERS:
        files |= named(Path(folder))
    with staged(NAME, files) as code:
        yield code


@dataclass(frozen=True)
class Sent:
    """Code that the workspace has.

    Attributes:
        version: Its fingerprint.
        id: As jobs name it.
    """

    version: str
    id: str

    def __str__(self) -> str:
        """Say it at the end of the step's line."""
        return f"{NAME}:{self.version}"


def code(client: "MLClient") -> Sent:
    """Register the code, unless it is there.

    The version is its content's fingerprint: unchanged code is sent once, for all jobs and steps.

    Raises:
        ProjectError: Azure refuses.
    """
    from azure.ai.ml.entities._assets import Code
    from azure.core.exceptions import ResourceNotFoundError

    operations: Any = client._code  # the SDK has no public ones for code
    with snapshot() as folder, refusals_told("sending the code"):
        version = fingerprint(folder, files_below(folder))[:16]
        try:
            there = operations.get(NAME, version)
        except ResourceNotFoundError:
            made = Code(name=NAME, version=version, path=folder)
            there = operations.create_or_update(made)
    return Sent(version, str(there.id))
