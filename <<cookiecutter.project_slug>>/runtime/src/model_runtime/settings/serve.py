"""The settings of the service, of the registry that it gets versions from, and of folders."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from ..counts import counted
from .types import (
    Folder,
    Host,
    KeyLines,
    Metric,
    Origin,
    RegistryUri,
    RootPath,
    RouteGroup,
    Section,
    ServedModel,
    Token,
)


class ApiKeys(Section):
    """Keys by which clients may ask, what they may ask for, and how often."""

    file: str = ""
    lines: KeyLines = ""
    guard: tuple[RouteGroup, ...] = Field(default=("predictions",), min_length=1)
    per_second: float = Field(default=0, ge=0, le=1_000_000)
    burst: int = Field(default=20, ge=1, le=1_000_000)

    @property
    def on(self) -> bool:
        """Tell whether there are keys."""
        return bool(self.file or self.lines)


class Serving(Section):
    """Settings of the service."""

    model: ServedModel = "baked"
    host: Host = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    workers: int = Field(default=1, ge=1)
    max_rows: int = Field(default=1_000, ge=1)
    max_body_bytes: int = Field(default=1_048_576, ge=1_024)
    max_connections: int = Field(default=1_000, ge=1, le=1_000_000)
    max_in_flight: int = Field(default=512, ge=1, le=1_000_000)
    request_seconds: int = Field(default=30, ge=1, le=86_400)
    keep_alive_seconds: int = Field(default=75, ge=1, le=86_400)
    root_path: RootPath = ""
    drain_seconds: int = Field(default=5, ge=0, le=300)
    shutdown_seconds: int = Field(default=20, ge=0, le=86_400)
    score_as_text: bool = False
    api_keys: ApiKeys = ApiKeys()
    docs: bool = True
    client: bool = True
    explain: bool = False
    cors_origins: tuple[Origin, ...] = ()
    watch_seconds: float = Field(default=0, ge=0, le=86_400)
    telemetry: Literal["none", "otlp", "azure"] = "none"
    admin_token: Token | None = None

    @model_validator(mode="after")
    def _every_worker_hears_of_a_reload(self) -> Self:
        if self.admin_token and self.workers > 1 and not self.watch_seconds:
            raise ValueError(
                f"POST /admin/reload reaches one of {counted(self.workers, 'worker')}; set "
                "watch_seconds, e.g. to 2, for the others to follow, or workers to 1"
            )
        return self

    @model_validator(mode="after")
    def _the_client_reads_the_description(self) -> Self:
        if self.client and not self.docs:
            raise ValueError(
                "the web client is made from the API's description, which docs: false takes away; "
                "set client to false, too"
            )
        return self


class Registry(Section):
    """The registry of versions, and the metric that compares them."""

    uri: RegistryUri = ""
    metric: Metric = "accuracy"
    tolerance: float = Field(default=0.01, ge=0)


class Paths(Section):
    """Folders, relative to the project's."""

    bundle: Folder = Path("model_bin")
    reports: Folder = Path("reports")
    registry: Folder = Path("registry")
    client: Folder = Path("client")
