"""Who a bundle is, how it was made, and how it is known to be whole: metadata.json."""

import hashlib
import json
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ..features import Task, Threshold
from ..setting_types import DebianPackage

SCHEMA_VERSION = 1
"""The bundle format that this code writes and reads; raised when an old reader could not."""

TEMPLATE_VERSION = "<< cookiecutter._template_version >>"
"""The version of the template that made this project."""

EngineName = Literal["onnx", "sklearn"]


class Parity(BaseModel):
    """How the compiled model compares with scikit-learn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    proven: bool
    rows: dict[str, int] = {}
    tolerance: float
    scale: float = 1.0
    largest_difference: float | None = None
    differing_rows: int | None = None
    differing_labels: int | None = None
    obstacle: str | None = None


class SelfTest(BaseModel):
    """A request and its answer at training, which a service must repeat before it is ready."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    request: dict[str, int | float | bool | str | None]
    outputs: list[float]


class Data(BaseModel):
    """The data that a model learned from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: int
    columns: int
    sha256: str


class Metadata(BaseModel):
    """The whole of metadata.json; `digest` covers all its other fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int = SCHEMA_VERSION
    template: str
    name: str
    version: int = Field(ge=1)
    uuid: UUID
    created: datetime
    description: str = ""
    tags: dict[str, str] = {}
    task: Task
    engine: EngineName
    metrics: dict[str, float]
    thresholds: dict[str, Threshold]
    parity: Parity
    self_test: SelfTest
    data: Data
    git_commit: str | None = None
    libraries: dict[str, str]
    system_packages: tuple[DebianPackage, ...] = ()
    files: dict[str, str]
    digest: str = ""

    @property
    def model_file(self) -> str:
        """The stored model's name in the bundle."""
        return f"model.{'onnx' if self.engine == 'onnx' else 'skops'}"


def digest(fields: dict[str, Any]) -> str:
    """Return the SHA-256 of metadata.json's fields but `digest`, in canonical JSON.

    Canonical as in RFC 8785 as far as Python's `json` goes: sorted keys, no white space.
    """
    rest = {name: value for name, value in fields.items() if name != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
