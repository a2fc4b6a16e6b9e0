"""metadata.json: a bundle's identity, its making, and the digests of its files."""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from .. import __version__
from ..features import Threshold
from ..settings.types import DebianPackage, Parameter
from ..tasks import TaskName

SCHEMA_VERSION = 1
"""The bundle format that this code writes and reads; raised when an old reader could not."""

TEMPLATE_VERSION = __version__
"""The version of the template that made this project."""

MOST_TOLERANCE = 1e-5
"""The largest difference that a proof allows: of probabilities, or relative to a regression's."""

Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
EngineName = Literal["onnx", "sklearn"]

_FORM = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Parity(BaseModel):
    """The comparison of the compiled model with scikit-learn."""

    model_config = _FORM

    proven: bool
    rows: dict[str, Annotated[int, Field(ge=0)]] = {}
    tolerance: float = Field(gt=0, le=MOST_TOLERANCE)
    scale: Annotated[float, Field(gt=0)] = 1.0
    largest_difference: Annotated[float, Field(ge=0)] | None = None
    differing_rows: int | None = None
    differing_labels: int | None = None
    obstacle: str | None = None


class SelfTest(BaseModel):
    """A request and its answer at training, which a service must repeat before it is ready.

    The classes are those of the outputs, in their order; a regression has none.
    """

    model_config = _FORM

    request: dict[str, int | float | bool | str | None]
    classes: list[str]
    outputs: list[float]


class Data(BaseModel):
    """The data that a model learned from."""

    model_config = _FORM

    rows: int = Field(ge=1)
    columns: int = Field(ge=1)
    sha256: Sha256


class Metadata(BaseModel):
    """The whole of metadata.json; `digest` covers all its other fields."""

    model_config = _FORM

    schema_version: int = SCHEMA_VERSION
    template: str
    name: str = Field(min_length=1)
    title: str = ""
    version: int = Field(ge=1)
    uuid: UUID
    created: datetime
    description: str = ""
    tags: dict[str, str] = {}
    task: TaskName
    engine: EngineName
    metrics: dict[str, float]
    recorded: dict[str, float] = {}
    parameters: dict[str, Parameter] = {}
    thresholds: dict[str, Threshold]
    parity: Parity
    self_test: SelfTest
    data: Data
    git_commit: str | None = None
    libraries: dict[str, str]
    system_packages: tuple[DebianPackage, ...] = ()
    files: dict[str, Sha256]
    digest: str = ""

    @property
    def model_file(self) -> str:
        """The stored model's name in the bundle."""
        return f"model.{'onnx' if self.engine == 'onnx' else 'skops'}"

    @property
    def all_files(self) -> set[str]:
        """The names of all files that a bundle has beside metadata.json."""
        return {self.model_file, "schema.json", "lookup.json", "flags.json", "reference.json"}


def digest(fields: dict[str, Any]) -> str:
    """Return the SHA-256 of metadata.json's fields but `digest`, in canonical JSON.

    Canonical as in RFC 8785 as far as Python's `json` goes: sorted keys, no white space.
    """
    rest = {name: value for name, value in fields.items() if name != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
