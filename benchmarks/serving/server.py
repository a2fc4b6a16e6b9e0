"""A row of the table: a server, as servers.toml describes it."""

import re
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MODEL_PACKAGES = ("scikit-learn==1.9.1", "joblib==1.6.0", "pandas")
"""The packages that a peer needs to call the model; pandas in the version that the peer allows."""

OURS = {
    "onnx": ["model-runtime", "onnxruntime", "numpy", "fastapi", "uvicorn"],
    "sklearn": ["model-runtime", "scikit-learn", "pandas", "numpy", "fastapi", "uvicorn"],
}


@dataclass(frozen=True)
class Server:
    """A server's description."""

    name: str
    label: str
    engine: str = ""
    project: str = "titanic"
    settings: dict[str, str] = field(default_factory=dict)
    script: str = ""
    python: str = sys.executable
    packages: tuple[str, ...] = ()
    prepare: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    path: str = ""
    wire: str = "rows"
    batching: bool = False
    bare: bool = False

    @property
    def ours(self) -> bool:
        """True for this service, False for a peer."""
        return bool(self.engine)

    @property
    def paths(self) -> dict[str, str]:
        """The paths of a request for one row and of one for many rows."""
        if self.ours:
            return {"one": "/api/predict", "many": "/api/proba_predictions"}
        return dict.fromkeys(("one", "many"), self.path)

    @property
    def environment(self) -> str:
        """The name of its environment; those of ours with the same engine share one."""
        return f"{self.project}-{self.engine}" if self.ours else self.name

    @property
    def installed(self) -> tuple[str, ...]:
        """The packages of a peer's environment."""
        return self.packages if self.bare else (*self.packages, *MODEL_PACKAGES)

    @property
    def named(self) -> list[str]:
        """The packages whose versions the page names."""
        if self.ours:
            return OURS[self.engine]
        return [re.split(r"[=\[]", package)[0] for package in self.installed]


def read_servers(only: list[str]) -> list[Server]:
    """Read servers.toml: all servers, or those that are named.

    Raises:
        ValueError: A name is none of a server's.
    """
    text = Path(__file__).with_name("servers.toml").read_text("utf-8")
    found = {name: Server(name, **_fields(table)) for name, table in tomllib.loads(text).items()}
    if unknown := [name for name in only if name not in found]:
        raise ValueError(
            f"There is no server {', '.join(unknown)} in servers.toml: there are "
            f"{', '.join(found)}."
        )
    return [server for name, server in found.items() if not only or name in only]


def _fields(table: dict[str, Any]) -> dict[str, Any]:
    if "engine" in table:
        table = {"wire": "ours", **table}
    return {name: tuple(each) if isinstance(each, list) else each for name, each in table.items()}
