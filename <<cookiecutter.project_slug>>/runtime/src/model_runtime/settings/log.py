"""The settings of the log: the service's own lines, its requests, its predictions."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field

from .types import File, HashKey, HostName, LogLevel, Section, SharedKey, TimeZone


class LogFile(Section):
    """The file of predictions, and when another one follows it."""

    path: File = Path("logs/predictions.jsonl")
    max_mb: int = Field(default=100, ge=1)
    keep: int = Field(default=5, ge=0)


class Forward(Section):
    """The collector that speaks Fluentd's forward protocol."""

    host: HostName = ""
    port: int = Field(default=24224, ge=1, le=65_535)
    tag: str = Field(default="predictions", min_length=1)
    tls: bool = False
    ca_file: str = ""


class Log(Section):
    """Settings of the log."""

    level: LogLevel = "info"
    access: bool = False
    predictions: Literal["stdout", "file", "forward", "none"] = "stdout"
    time_zone: TimeZone = "UTC"
    classes: int = Field(default=3, ge=1)
    features: dict[str, Literal["plain", "hashed", "omitted"]] = Field(default_factory=dict)
    buffer_mb: int = Field(default=64, ge=1)
    file: LogFile = LogFile()
    forward: Forward = Forward()
    hash_key: HashKey | None = None
    shared_key: SharedKey | None = None

    def hashed(self, names: Iterable[str]) -> set[str]:
        """Return those features that events show hashed; "*" speaks of all without an own row."""
        others = self.features.get("*")
        return {name for name in names if self.features.get(name, others) == "hashed"}
